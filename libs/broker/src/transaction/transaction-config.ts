/** What the transaction room takes from the broker's configuration; names and defaults are Kafka's, units last. */
export interface TransactionConfig {
  /** `transaction.max.timeout.ms`: the longest that a producer may ask for. */
  readonly maxTimeoutMs: number;
  /** `transactional.id.expiration.ms`: an id that was not used for so long is forgotten. */
  readonly transactionalIdExpirationMs: number;
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms`. */
  readonly abortCheckIntervalMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms`. */
  readonly expirationCheckIntervalMs: number;
  /** `transaction.state.log.num.partitions`. */
  readonly stateLogPartitions: number;
  /** `transaction.state.log.segment.bytes`. */
  readonly stateLogSegmentBytes: number;
}

export const defaultTransactionConfig: TransactionConfig = {
  maxTimeoutMs: 15 * 60 * 1000,
  transactionalIdExpirationMs: 7 * 24 * 60 * 60 * 1000,
  abortCheckIntervalMs: 10_000,
  expirationCheckIntervalMs: 60 * 60 * 1000,
  stateLogPartitions: 50,
  stateLogSegmentBytes: 100 * 1024 * 1024,
};
