/** The way from a service's outbox to Kafka: the port of `@headwater/event-sourcing`, met by the producer. */
export { KafkaOutboxPublisher } from './kafka-outbox-publisher.ts';
