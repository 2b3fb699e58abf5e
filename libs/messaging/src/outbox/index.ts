/**
 * The way from a service's outbox and from its change capture to Kafka: ports of `@headwater/event-sourcing`, met by the producer.
 *
 * It needs neither Nest nor another client, and is `@headwater/messaging/publishers` by itself, for a process that does nothing else.
 */
export { KafkaChangePublisher } from './kafka-change-publisher.ts';
export { KafkaOutboxPublisher } from './kafka-outbox-publisher.ts';
export { LeanProducer, type LeanProducerOptions } from './lean-producer.ts';
export { outboxMessageOf } from './outbox-message-of.ts';
export { type BulkProducer } from './send-or-reject.ts';
