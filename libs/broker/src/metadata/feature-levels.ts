/**
 * The features that are served, by Kafka's names, at the levels of Apache Kafka 4.3: `group.version` 1 is the consumer group protocol
 * (KIP-848), `metadata.version` 30 is 4.3-IV0, whose record formats are written, `transaction.version` 2 is transactions V2 (KIP-890).
 * Recorded in the metadata log, for whoever reads it, and finalized: they cannot be changed.
 */
export const featureLevels: ReadonlyMap<string, number> = new Map([
  ['group.version', 1],
  ['metadata.version', 30],
  ['transaction.version', 2],
]);
