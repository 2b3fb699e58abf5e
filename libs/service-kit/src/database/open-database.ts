import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type EntitySchema, type MixedList } from 'typeorm';
import { type DatabaseConfig } from '../config/index.ts';
import { withoutCredentials } from '../logging/index.ts';
import { hopelessReason } from './database-errors.ts';
import { migrate } from './migrate.ts';
import { steadyDriver } from './steady-driver.ts';

/** What a service keeps in its database. */
export interface DatabaseOptions {
  /** Entity classes; none for a service that only runs SQL. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type of an entity class
  readonly entities?: MixedList<Function | EntitySchema>;
  /** Migration classes in any order: TypeORM runs them by the time stamp in their names. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type of a migration class
  readonly migrations?: readonly Function[];
}

/** PostgreSQL could not be opened at start. Retrying by restart may help when `canRetry`. */
export class DatabaseStartError extends Error {
  override readonly name = 'DatabaseStartError';
  readonly code = 'DATABASE_START_FAILED';
  readonly canRetry: boolean;

  constructor(message: string, options: { cause: unknown; canRetry: boolean }) {
    super(message, { cause: options.cause });
    this.canRetry = options.canRetry;
  }
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

/**
 * Connects to PostgreSQL, waiting for it with growing pauses and a word in the log, and brings the schema up to date.
 *
 * @throws DatabaseStartError when the server refuses for good, when `databaseStartTimeoutMs` is over, or when a
 *   migration fails.
 */
export async function openDatabase(
  name: string,
  config: DatabaseConfig,
  options: DatabaseOptions,
  abort?: AbortSignal,
): Promise<DataSource> {
  const logger = new Logger('Database');
  const dataSource = new DataSource(dataSourceOptions(name, config, options, logger));
  await connect(dataSource, config, logger, abort);
  try {
    await migrate(dataSource, name, logger);
  } catch (error) {
    await dataSource.destroy();
    throw new DatabaseStartError(`a migration failed: ${messageOf(error)}`, { cause: error, canRetry: false });
  }
  return dataSource;
}

function dataSourceOptions(
  name: string,
  config: DatabaseConfig,
  options: DatabaseOptions,
  logger: Logger,
): DataSourceOptions {
  return {
    type: 'postgres',
    driver: steadyDriver,
    url: config.databaseUrl,
    applicationName: name,
    poolSize: config.databasePoolSize,
    connectTimeoutMS: config.databaseConnectTimeoutMs,
    entities: options.entities ?? [],
    migrations: [...(options.migrations ?? [])],
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false,
    // A connection that dies while idle (the server was killed) is dropped by the pool; the next query opens another.
    poolErrorHandler: (error: unknown) => logger.warn(`lost an idle connection: ${messageOf(error)}`),
    extra: {
      idle_in_transaction_session_timeout: config.databaseIdleInTransactionTimeoutMs,
      keepAlive: true,
    },
  };
}

async function connect(
  dataSource: DataSource,
  config: DatabaseConfig,
  logger: Logger,
  abort?: AbortSignal,
): Promise<void> {
  const where = placeOf(config.databaseUrl);
  const startMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      await dataSource.initialize();
      if (attempt > 0) logger.log(`connected to PostgreSQL at ${where}`);
      return;
    } catch (error) {
      const hopeless = hopelessReason(error);
      if (hopeless !== undefined) {
        throw new DatabaseStartError(`PostgreSQL at ${where}: ${hopeless}`, { cause: error, canRetry: false });
      }
      if (performance.now() - startMs >= config.databaseStartTimeoutMs) {
        const message = `PostgreSQL at ${where} did not answer within ${config.databaseStartTimeoutMs} ms: ${messageOf(error)}`;
        throw new DatabaseStartError(message, { cause: error, canRetry: true });
      }
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
      logger.warn(`waiting for PostgreSQL at ${where}: ${messageOf(error)}; next attempt in ${waitMs} ms`);
      await delay(waitMs, undefined, abort ? { signal: abort } : {});
    }
  }
}

/** Host, port and database of a connection string, without user and password. */
function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

/** Node reports a refused connection to several addresses as an `AggregateError` without a message of its own. */
function messageOf(error: unknown): string {
  const several = Error.isError(error) && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const first: unknown = several[0] ?? error;
  return withoutCredentials(Error.isError(first) ? first.message : String(first));
}
