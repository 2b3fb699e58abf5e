import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, ValidateNested } from 'class-validator';
import { Amount, Id, Moment, Text } from '@headwater/service-kit';

export class Posting {
  @Id({ maxLength: 200, description: 'the account' })
  accountId!: string;

  @Amount({ signed: true, description: 'below zero leaves the account, above comes to it' })
  amount!: string;
}

export class BookTransactionRequest {
  @Id({
    maxLength: 200,
    required: false,
    description:
      'what makes it this transaction: booked again with the same content it changes nothing; a new one by default',
  })
  transactionId?: string;

  @Text(500, { description: 'what it is for' })
  description!: string;

  @Moment({ required: false, description: "the transaction's time; now by default" })
  bookedAt?: string;

  @ApiProperty({ type: [Posting], minItems: 2, maxItems: 100, description: 'they add up to zero in each currency' })
  @ArrayMinSize(2)
  @ArrayMaxSize(100)
  @ArrayUnique(({ accountId }: Posting) => accountId, { message: 'postings must name each account once' })
  @ValidateNested({ each: true })
  @Type(() => Posting)
  postings!: Posting[];
}

/** A transaction of a batch names itself, so that a batch that is sent again books nothing twice. */
export class BatchedTransaction extends BookTransactionRequest {
  @Id({
    maxLength: 200,
    description: 'what makes it this transaction: booked again with the same content it changes nothing',
  })
  declare transactionId: string;
}

export class BookBatchRequest {
  @ApiProperty({ type: [BatchedTransaction], minItems: 1, maxItems: 1_000 })
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ArrayUnique(({ transactionId }: BatchedTransaction) => transactionId, {
    message: 'transactions must name each transactionId once',
  })
  @ValidateNested({ each: true })
  @Type(() => BatchedTransaction)
  transactions!: BatchedTransaction[];
}

export class TransactionParams {
  @Id({ maxLength: 200, description: 'the transaction' })
  transactionId!: string;
}
