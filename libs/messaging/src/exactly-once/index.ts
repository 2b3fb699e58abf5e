/**
 * Kafka to Kafka exactly once (`delivery: 'exactly-once'`): what handlers send through the context's `output`, the dead letters of
 * what they could not process, and the offsets of what they processed are one transaction.
 *
 * - A reader that reads what is committed sees the result of each message once, whatever crashes in between. A handler may be called
 *   again for a message whose transaction was not committed.
 * - The coordinator takes offsets of the current generation only (KIP-447), and a new owner of a partition begins when the offsets
 *   that the old one left pending are decided: so a member that lost its partitions without knowing it changes nothing.
 * - What is redriven to the group comes by a member of its own, whose transactions hold the offsets of the redrive topic.
 * - Outputs keep the order of the messages that they came from. Keys are handled side by side, one message of a key after another.
 */
export { startTransactional } from './start-transactional.ts';
export { TransactionWriting } from './transaction-writing.ts';
