/** The contract of the deposits that the lessons of the inbox and of parking send; both sides of those lessons build it. */
import { defineEvent, defineTopic, type EventContract, type TypedTopic } from '@headwater/contracts';

export interface Deposit {
  readonly account: string;
  /** Counts the lesson's deposits from 1. */
  readonly number: number;
}

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Deposited',
  namespace: 'headwater.lessons',
  fields: [
    { name: 'account', type: 'string' },
    { name: 'number', type: 'int' },
  ],
});

export const deposited = defineEvent<'headwater.lessons.Deposited', Deposit>({
  name: 'headwater.lessons.Deposited',
  schema: SCHEMA,
});

export type DepositTopic = TypedTopic<
  string,
  { 'headwater.lessons.Deposited': EventContract<'headwater.lessons.Deposited', Deposit> },
  false
>;

/** One partition, so that a picture can show the log. */
export function depositTopic(name: string): DepositTopic {
  return defineTopic({
    name,
    doc: 'Deposits of a lesson.',
    partitions: 1,
    config: {},
    compacted: false,
    keyFields: ['account'],
    owner: 'console',
    subscribers: ['console'],
    events: { 'headwater.lessons.Deposited': deposited },
  });
}
