/**
 * A real Apache Kafka in KRaft mode without Docker, from its published Java artefacts: to hold the bundled broker against
 * it, and to show that services run on it unchanged. Nothing is installed; where Java is absent there is none.
 */
export { absenceOfKafka, findKafka, REFERENCE_VERSION, type KafkaProgram } from './kafka-program.ts';
export { ReferenceCluster, type ClusterOptions, type NodeStatus } from './reference-cluster.ts';
export { ReferenceKafkaError, type ReferenceKafkaErrorCode } from './reference-kafka-error.ts';
export {
  startReferenceKafka,
  type AbsentReferenceKafka,
  type RunningReferenceKafka,
  type StartReferenceKafkaOptions,
} from './start-reference-kafka.ts';
