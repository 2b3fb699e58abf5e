import { ApiProperty } from '@nestjs/swagger';

export class BookedResponse {
  @ApiProperty({ type: String })
  readonly transactionId!: string;

  @ApiProperty({ type: Boolean, description: 'whether it was booked before' })
  readonly repeated!: boolean;
}

export class BatchResponse {
  @ApiProperty({ type: [BookedResponse], description: 'in the order of the request' })
  readonly items!: readonly BookedResponse[];
}

export class PostingResponse {
  @ApiProperty({ type: String })
  readonly accountId!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String, example: '-12.50' })
  readonly amount!: string;
}

export class TransactionResponse {
  @ApiProperty({ type: String })
  readonly transactionId!: string;

  @ApiProperty({ type: String })
  readonly description!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly bookedAt!: string;

  @ApiProperty({ type: [PostingResponse] })
  readonly postings!: readonly PostingResponse[];
}

export class StatementLineResponse {
  @ApiProperty({ type: String })
  readonly transactionId!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String, example: '-12.50', description: 'below zero left the account' })
  readonly amount!: string;

  @ApiProperty({ type: String, description: 'where it went, or came from' })
  readonly counterparty!: string;

  @ApiProperty({ type: String })
  readonly description!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly bookedAt!: string;
}

export class StatementResponse {
  @ApiProperty({ type: [StatementLineResponse], description: 'the latest first' })
  readonly items!: readonly StatementLineResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

export class CurrencyTotalsResponse {
  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: 'integer', description: 'rows of transactions' })
  readonly postings!: number;

  @ApiProperty({ type: String, description: 'what came to accounts' })
  readonly credited!: string;

  @ApiProperty({ type: String, description: 'what left accounts, below zero; with what came to them it is zero' })
  readonly debited!: string;
}

export class TotalsResponse {
  @ApiProperty({ type: 'integer' })
  readonly transactions!: number;

  @ApiProperty({ type: [CurrencyTotalsResponse] })
  readonly currencies!: readonly CurrencyTotalsResponse[];
}
