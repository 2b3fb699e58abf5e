/** Snapshots of states: disposable, and of no use to a release whose states look otherwise. */
export { snapshotMigrations } from './snapshot-migrations.ts';
export { SnapshotStore, type Snapshot, type SnapshotKey } from './snapshot-store.ts';
