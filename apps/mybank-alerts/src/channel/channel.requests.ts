import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsOptional, Length, Matches, ValidateNested } from 'class-validator';

export class WebhookChannel {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'takes a POST with JSON',
    example: 'https://example.org/hook',
  })
  @Length(1, 2_000)
  @Matches(/^https?:\/\/[^\s@]+$/, { message: 'url must begin with https:// or http:// and hold no user name' })
  url!: string;
}

export class EmailChannel {
  @ApiProperty({ type: String, format: 'email' })
  @IsEmail()
  @Length(3, 254)
  address!: string;
}

/** All of a user's channels: one that is left out is taken away. */
export class SetChannelsRequest {
  @ApiProperty({ type: WebhookChannel, required: false })
  @IsOptional()
  @ValidateNested()
  @Type(() => WebhookChannel)
  webhook?: WebhookChannel;

  @ApiProperty({ type: EmailChannel, required: false })
  @IsOptional()
  @ValidateNested()
  @Type(() => EmailChannel)
  email?: EmailChannel;
}

export class ChannelResponse {
  @ApiProperty({ type: String, enum: ['webhook', 'email'] })
  readonly kind!: string;

  @ApiProperty({ type: String, description: 'address of the webhook, or of the mailbox' })
  readonly target!: string;

  @ApiProperty({ type: 'integer', description: 'the number of the last alert that was told there, or given up' })
  readonly told!: number;

  @ApiProperty({ type: 'integer', description: 'failed attempts of the notification that is under way' })
  readonly attempts!: number;

  @ApiProperty({ type: String, nullable: true, description: 'why the last attempt failed' })
  readonly lastError!: string | null;

  @ApiProperty({
    type: String,
    required: false,
    description: 'what signs the requests (Standard Webhooks); told once, when the webhook is new',
  })
  readonly secret?: string;
}

export class ChannelsResponse {
  @ApiProperty({ type: [ChannelResponse] })
  readonly items!: readonly ChannelResponse[];
}
