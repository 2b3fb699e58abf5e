/**
 * The real PostgreSQL 18 from npm, as one server on 127.0.0.1: for tests (a temporary folder, `await using`) and for the
 * demo (a folder that persists). Nothing is installed on the machine and nothing outlives the process that started it.
 */
export { startPostgres, type RunningPostgres, type StartPostgresOptions } from './start-postgres.ts';
export { makeSpareCluster } from './cluster-folder.ts';
export { PostgresError, type PostgresErrorCode } from './postgres-error.ts';
