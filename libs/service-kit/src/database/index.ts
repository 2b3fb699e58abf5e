/** The service's PostgreSQL: waited for, migrated under a lock, part of readiness, closed last. */
export { isDatabaseUnavailable } from './database-errors.ts';
export { DatabaseModule } from './database.module.ts';
export { DatabaseStartError, openDatabase, type DatabaseOptions } from './open-database.ts';
export { steadyDriver } from './steady-driver.ts';
