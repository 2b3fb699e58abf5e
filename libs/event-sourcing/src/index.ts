/**
 * Event sourcing on PostgreSQL: pure deciders with snapshots, an event store whose readers miss nothing, projections that can
 * be rebuilt while they are read, and a transactional outbox with the relay that publishes it in order. Kafka is behind a
 * port (`OutboxPublisher`); the database is TypeORM's `DataSource`.
 *
 * A service lists `eventStoreMigrations`, `outboxMigrations` and, if it uses them, `projectionMigrations` and
 * `snapshotMigrations` among its migrations.
 */
export {
  ChangeCapture,
  changeCaptureMigrations,
  UNAVAILABLE_VALUE,
  type CapturedTable,
  type CaptureObserver,
  type CaptureOptions,
  type CapturePhase,
  type CaptureProgress,
  type CaptureStatus,
  type ChangePublisher,
  type ChangeRecord,
  type EnvelopeEncoding,
  type MakeEncoding,
  type Operation,
  type SourceNames,
} from './change-capture/index.ts';
export {
  ChangeCaptureModule,
  type CaptureHealthPort,
  type CaptureMetricsPort,
  type CaptureParts,
  type ChangeCaptureModuleOptions,
} from './change-capture-module/index.ts';
export { type SqlExecutor } from './database/index.ts';
export {
  handleCommand,
  type CommandToHandle,
  type Decider,
  type HandledCommand,
  type SnapshotPolicy,
} from './decider/index.ts';
export {
  BarrierWatch,
  EventStore,
  EventStoreError,
  EventStoreModule,
  eventStoreMigrations,
  comparePositions,
  registerEventStoreGauges,
  START_OF_LOG,
  VersionConflictError,
  type AppendRequest,
  type AppendResult,
  type BarrierAlarm,
  type BarrierHolder,
  type BarrierState,
  type BarrierWatchOptions,
  type DomainEvent,
  type EventPage,
  type EventStoreErrorCode,
  type EventStoreMetricsPort,
  type EventStoreModuleOptions,
  type EventStoreOptions,
  type EventStoreParts,
  type ExpectedVersion,
  type GlobalPosition,
  type IdentifiedEvent,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamEvents,
} from './event-store/index.ts';
export { newEventId } from './identity/index.ts';
export { type PartsSource } from './nest/index.ts';
export {
  dropWalRelay,
  Outbox,
  OUTBOX_RELAY,
  OutboxModule,
  outboxSlotOf,
  outboxMigrations,
  OutboxRelay,
  WalOutboxRelay,
  walRelayState,
  type Aggregate,
  type HeldAggregate,
  type OutboxHealthPort,
  type OutboxMessage,
  type OutboxMetricsPort,
  type OutboxModuleOptions,
  type OutboxParts,
  type OutboxPublisher,
  type OutboxRecord,
  type OutboxMessageState,
  type OutboxState,
  type Relay,
  type RelayObserver,
  type RelayOptions,
  type RelayStatus,
  type WalRelayObserver,
  type WalRelayOptions,
  type WalRelayState,
  type WalRelayStatus,
} from './outbox/index.ts';
export {
  ProjectionError,
  ProjectionHost,
  projectionMigrations,
  ProjectionsModule,
  ProjectionsOperator,
  type Projection,
  type ProjectionErrorCode,
  type ProjectionHostOptions,
  type ProjectionMetricsPort,
  type ProjectionObserver,
  type ProjectionParts,
  type ProjectionRebuildStatus,
  type ProjectionsModuleOptions,
  type ProjectionStatus,
  type WaitOptions,
} from './projections/index.ts';
export {
  ReplicationError,
  type Relation,
  type RelationColumn,
  type ReplicationErrorCode,
  type ReplicationObserver,
  type ReplicationState,
  type ReplicationStatus,
  type RowValues,
  type TableName,
  type TransactionInfo,
} from './replication/index.ts';
export { RecordRejectedError } from './rejection/index.ts';
export { snapshotMigrations, SnapshotStore, type Snapshot, type SnapshotKey } from './snapshots/index.ts';
