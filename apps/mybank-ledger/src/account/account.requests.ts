import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ValidateNested } from 'class-validator';
import { Currency, Id, Text } from '@headwater/service-kit';

export class AccountToOpen {
  @Id({ maxLength: 200, description: 'the account' })
  accountId!: string;

  @Id({ maxLength: 200, required: false, description: 'who holds it; a counter-account has no holder' })
  userId?: string;

  @Currency()
  currency!: string;

  @Text(200, { description: 'what it is called on statements' })
  name!: string;
}

export class OpenAccountsRequest {
  @ApiProperty({ type: [AccountToOpen], minItems: 1, maxItems: 1_000 })
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => AccountToOpen)
  accounts!: AccountToOpen[];
}

export class AccountParams {
  @Id({ maxLength: 200, description: 'the account' })
  accountId!: string;
}

export class OpenedAccountsResponse {
  @ApiProperty({ type: 'integer', description: 'accounts that are new' })
  readonly opened!: number;

  @ApiProperty({ type: 'integer', description: 'accounts that were there already, as requested' })
  readonly repeated!: number;
}

export class AccountResponse {
  @ApiProperty({ type: String })
  readonly accountId!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly userId!: string | null;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String })
  readonly name!: string;

  @ApiProperty({ type: String, description: 'the sum of what was booked to it', example: '-12.50' })
  readonly balance!: string;
}
