/**
 * The transaction room: transactional producers and their transactions (KIP-98, KIP-890), kept in `__transaction_state` in Kafka's
 * format.
 *
 * The server creates the topic (`transactionsTopicSettings`), hands its logs to `TransactionCoordinator.activate`, passes requests on,
 * and gives it `TransactionPorts`: where markers are written, and who gives out producer ids.
 */
export { TransactionCoordinator, type TransactionCoordinatorOptions } from './transaction-coordinator.ts';
export { defaultTransactionConfig, type TransactionConfig } from './transaction-config.ts';
export { type TopicPartitions } from './transaction-metadata.ts';
export { type TransactionPorts } from './transaction-ports.ts';
export { transactionsTopicName, transactionsTopicSettings } from './transactions-topic.ts';
