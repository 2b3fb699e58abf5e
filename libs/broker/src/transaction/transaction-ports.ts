import type { TransactionMarker } from '../protocol/index.ts';

/** What the room needs of the rest of the broker; wired by the server. */
export interface TransactionPorts {
  /**
   * Writes a transaction's end into one partition and resolves when it is durable there. Writing it again does no harm.
   * @throws KafkaError retriable: it is tried again; UNKNOWN_TOPIC_OR_PARTITION (it was deleted) and others: it is given up.
   */
  writeMarker(topic: string, partition: number, marker: TransactionMarker): Promise<void>;
  /** A producer id that nobody had. @throws KafkaError (retriable) when none can be recorded. */
  allocateProducerId(): Promise<number>;
  hasPartition(topic: string, partition: number): boolean;
  /** A regular expression for whole transactional ids. @throws KafkaError INVALID_REGULAR_EXPRESSION. */
  compilePattern(expression: string): { matches(transactionalId: string): boolean };
}
