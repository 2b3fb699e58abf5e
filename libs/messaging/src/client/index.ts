/** The port to a Kafka client: what this lib needs of one, in its own words. */
export * from './kafka-client.ts';
