import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { type ChannelKind } from '../channel/channel.ts';
import { UserParams } from '../threshold/threshold.requests.ts';

export class DeadNotificationParams extends UserParams {
  @ApiProperty({ type: String, format: 'uuid' })
  @IsUUID()
  notificationId!: string;
}

export class DeadNotificationResponse {
  @ApiProperty({ type: String, format: 'uuid' })
  readonly notificationId!: string;

  @ApiProperty({ type: String, enum: ['webhook', 'email'] })
  readonly kind!: ChannelKind;

  @ApiProperty({ type: 'integer', description: 'the number of the first alert that it tells of' })
  readonly firstNumber!: number;

  @ApiProperty({ type: 'integer', description: 'the number of the last alert that it tells of' })
  readonly lastNumber!: number;

  @ApiProperty({ type: 'integer' })
  readonly attempts!: number;

  @ApiProperty({ type: String })
  readonly error!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly diedAt!: string;
}

export class DeadNotificationsResponse {
  @ApiProperty({ type: [DeadNotificationResponse], description: 'the latest first' })
  readonly items!: readonly DeadNotificationResponse[];
}
