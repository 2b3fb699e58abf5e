/**
 * Streams of events in PostgreSQL.
 *
 * Invariants: versions of a stream are 1, 2, 3 … without a gap; its events' transaction ids never decrease, so that
 * `(xid, global_position)` orders every stream by version; and a reader of all events below the oldest transaction that
 * is still open never has to come back for one that was committed late.
 */
export { BarrierWatch, type BarrierAlarm, type BarrierHolder, type BarrierWatchOptions } from './barrier-watch.ts';
export {
  comparePositions,
  START_OF_LOG,
  type DomainEvent,
  type GlobalPosition,
  type IdentifiedEvent,
  type NewEvent,
  type RecordedEvent,
} from './event.ts';
export { type ExpectedVersion } from './expected-version.ts';
export { EventStoreError, VersionConflictError, type EventStoreErrorCode } from './event-store-error.ts';
export {
  EventStore,
  type BarrierState,
  type EventPage,
  type EventStoreOptions,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StreamEvents,
} from './event-store.ts';
export { type AppendRequest, type AppendResult } from './append-request.ts';
export { eventStoreMigrations } from './event-store-migrations.ts';
export { registerEventStoreGauges, type EventStoreMetricsPort } from './event-store-telemetry.ts';
export { EventStoreModule, type EventStoreModuleOptions, type EventStoreParts } from './event-store.module.ts';
