/**
 * The Kafka client alone, without NestJS's transport and without a database: for programs that are no services, as the schema
 * registry on a Kafka that is not ours.
 */
export { systemClock } from './clock/index.ts';
export {
  WriteFailure,
  type KafkaClient,
  type KafkaCluster,
  type KafkaSecurity,
  type LogReader,
  type RecordWriter,
  type TopicAdmin,
  type TopicDescription,
} from './client/index.ts';
export { createKafkajsClient } from './kafkajs/index.ts';
