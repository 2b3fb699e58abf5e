/**
 * Change capture: the rows of tables, and every change of them, as records in Debezium's envelope, keyed by a column.
 *
 * First an initial snapshot, then the write-ahead log from exactly there. PostgreSQL is told that a change is safe only after the
 * broker has acknowledged it. `changeCaptureMigrations` brings the table that remembers how far a capture came.
 *
 * It needs neither Nest nor TypeORM, and is `@headwater/event-sourcing/capture` by itself, for a process that does nothing else.
 */
export { ChangeCapture } from './change-capture.ts';
export {
  type CapturedTable,
  type CaptureObserver,
  type CaptureOptions,
  type CapturePhase,
  type CaptureProgress,
  type CaptureStatus,
} from './capture-options.ts';
export { changeCaptureMigrations } from './capture-migrations.ts';
export { type ChangePublisher, type ChangeRecord } from './change-publisher.ts';
export {
  UNAVAILABLE_VALUE,
  type EnvelopeEncoding,
  type MakeEncoding,
  type Operation,
  type SourceNames,
} from './envelope.ts';
export {
  ReplicationError,
  type ReplicationErrorCode,
  type ReplicationObserver,
  type ReplicationState,
  type ReplicationStatus,
  type TableName,
} from '../replication/index.ts';
export { RecordRejectedError } from '../rejection/index.ts';
