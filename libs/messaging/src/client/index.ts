/** The port to a Kafka client: what this lib needs of one, in its own words. */
export * from './copartitioned-member.ts';
export * from './kafka-client.ts';
export * from './kafka-cluster.ts';
export * from './log-reader.ts';
export * from './work-group.ts';
