export { isDatabaseUnavailable } from './database-errors.ts';
export { DatabaseModule } from './database.module.ts';
export { DatabaseStartError, openDatabase, type DatabaseOptions } from './open-database.ts';
