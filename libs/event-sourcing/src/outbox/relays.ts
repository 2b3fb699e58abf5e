/**
 * The relays of the outbox without Nest, `@headwater/event-sourcing/relays` by itself: for a process that does nothing but publish. It
 * loads no more than the driver, and what the database of its caller takes.
 */
export { type OutboxPublisher, type OutboxRecord } from './outbox-publisher.ts';
export { OutboxRelay } from './outbox-relay.ts';
export { type RelayObserver, type RelayOptions, type RelayStatus } from './relay-options.ts';
export { outboxSlotOf, WalOutboxRelay } from './wal-outbox-relay.ts';
export { type WalRelayObserver, type WalRelayOptions, type WalRelayStatus } from './wal-relay-options.ts';
