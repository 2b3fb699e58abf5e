/**
 * Transactional outbox and its relay.
 *
 * A message is a row that is written in the transaction of the change it tells of. The relay publishes rows in order of
 * `seq` within an aggregate and topic, at least once, under the same message id; it marks a row only after the broker's
 * acknowledgement. Any number of relays may run; a shard of the aggregates belongs to one of them at a time. There are two forms:
 * `OutboxRelay` looks at the table, and several share the work; `WalOutboxRelay` reads the write-ahead log, and one works while the
 * others stand by. Either takes over from the other without loss: stop the one, start the other.
 */
export { outboxColumns, type Aggregate, type OutboxMessage } from './outbox-message.ts';
export { type OutboxPublisher, type OutboxRecord } from './outbox-publisher.ts';
export { Outbox, type HeldAggregate, type OutboxMessageState, type OutboxState } from './outbox.ts';
export { OutboxRelay } from './outbox-relay.ts';
export { type RelayObserver, type RelayOptions, type RelayStatus } from './relay-options.ts';
export { type Relay } from './relay.ts';
export { outboxSlotOf, WalOutboxRelay } from './wal-outbox-relay.ts';
export { type WalRelayObserver, type WalRelayOptions, type WalRelayStatus } from './wal-relay-options.ts';
export { dropWalRelay, walRelayState, type WalRelayState } from './wal-relay-state.ts';
export { OUTBOX_RELAY, OutboxModule, type OutboxModuleOptions, type OutboxParts } from './outbox.module.ts';
export { type OutboxHealthPort, type OutboxMetricsPort } from './outbox-telemetry.ts';
export { outboxMigrations } from './outbox-migrations.ts';
