/** A topology on a Kafka: topics, partitions, restoring, commits. */
export { StreamsApp, startStreams, type StreamsOptions, type StreamsHealth } from './streams-app.ts';
