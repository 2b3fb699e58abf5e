/** The way from a service's outbox and from its change capture to Kafka: ports of `@headwater/event-sourcing`, met by the producer. */
export { KafkaChangePublisher } from './kafka-change-publisher.ts';
export { KafkaOutboxPublisher } from './kafka-outbox-publisher.ts';
