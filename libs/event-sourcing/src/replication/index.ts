/**
 * Logical replication: reads the changes of tables from PostgreSQL's write-ahead log, has them published, and confirms to PostgreSQL
 * only what the broker has acknowledged.
 *
 * A slot is read by one process at a time; others stand by. Changes come in order of commit, transactions whole. After a lost
 * connection or a crash reading goes on from the confirmed place, so that changes may be published again, never left out.
 */
export { FIRST_LSN, formatLsn, parseLsn } from './lsn.ts';
export { ReplicationError, type ReplicationErrorCode } from './replication-error.ts';
export {
  type ReplicationObserver,
  type ReplicationOptions,
  type ReplicationState,
  type ReplicationStatus,
  type TableName,
} from './replication-options.ts';
export { type CreatedSlot, sessionSettings } from './replication-connection.ts';
export { type ReplicationSink, type SlotPreparation, type TakeItem } from './replication-sink.ts';
export { replicationGauges } from './replication-gauges.ts';
export { ReplicationSession } from './replication-session.ts';
export { identifier, type SlotControl, type SlotState } from './slot-control.ts';
export {
  Tuple,
  type Relation,
  type RelationColumn,
  type RowChange,
  type RowValues,
  type TransactionInfo,
} from './row-change.ts';
