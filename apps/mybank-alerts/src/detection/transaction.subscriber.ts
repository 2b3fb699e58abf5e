import { Controller } from '@nestjs/common';
import { topics, type Decimal, type TransactionRow } from '@headwater/contracts';
import { SubscribeBatch, type TopicMessage } from '@headwater/messaging';
import { Judgement, type Debit } from './judgement.ts';

@Controller()
export class TransactionSubscriber {
  constructor(private readonly judgement: Judgement) {}

  /** Rows of a snapshot are judged like all others: by the threshold that was in force at their time. */
  @SubscribeBatch(topics.bankTransactions, { group: 'mybank-alerts.transactions' })
  async onTransactions(messages: readonly TopicMessage<typeof topics.bankTransactions>[]): Promise<void> {
    await this.judgement.judge(messages.flatMap(({ value }) => debitsOf(value.after)));
  }
}

/** Only what leaves the account of a user can be large. */
function debitsOf(row: TransactionRow | null): Debit[] {
  const userId = row?.user_id ?? null;
  if (row === null || userId === null || !row.amount.startsWith('-')) return [];
  return [{ ...row, user_id: userId, amount: row.amount.slice(1) as Decimal }];
}
