/**
 * Transactional outbox and its relay.
 *
 * A message is a row that is written in the transaction of the change it tells of. The relay publishes rows in order of
 * `seq` within an aggregate and topic, at least once, under the same message id; it marks a row only after the broker's
 * acknowledgement. Any number of relays may run; a shard of the aggregates belongs to one of them at a time.
 */
export { outboxMessageJson, type Aggregate, type OutboxMessage } from './outbox-message.ts';
export { RecordRejectedError, type OutboxPublisher, type OutboxRecord } from './outbox-publisher.ts';
export { Outbox, type HeldAggregate, type OutboxState } from './outbox.ts';
export { OutboxRelay } from './outbox-relay.ts';
export { type RelayObserver, type RelayOptions, type RelayStatus } from './relay-options.ts';
export { OutboxModule, type OutboxModuleOptions, type OutboxParts } from './outbox.module.ts';
export { type OutboxHealthPort, type OutboxMetricsPort } from './outbox-telemetry.ts';
export { outboxMigrations } from './outbox-migrations.ts';
