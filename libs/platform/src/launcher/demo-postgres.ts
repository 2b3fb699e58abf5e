/**
 * The PostgreSQL of the demo: the bundled server, kept running like every part, or an outside one that `DATABASE_URL`
 * names. Each service gets a database of its own on it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresError, startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { DemoError } from './demo-error.ts';
import { folderError } from './instance-lock.ts';
import { portTaken } from './ports.ts';
import { type PartLog } from './part-log.ts';
import { type PartEvents } from './part-process.ts';

/** A server on which services get their databases. */
export interface DemoPostgres {
  /** Address without a database of a service. */
  readonly url: string;
  /** Connection string of a service's database, which is created when it is missing, emptied first when `fresh`. */
  database(name: string, fresh: boolean): Promise<string>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

export interface DemoFolders {
  /** Where the data persists. */
  readonly directory: string;
  /** A cluster that is made ahead, for the first start in a folder. */
  readonly spare: string;
}

/** Starts the bundled server. @throws DemoError */
export async function startDemoPostgres(
  { directory, spare }: DemoFolders,
  port: number,
  log: PartLog,
  events: PartEvents,
): Promise<DemoPostgres> {
  let stopped = false;
  const postgres: RunningPostgres = await startPostgres({
    directory,
    spare,
    port,
    onLog: (line) => log.line(line, 'stdout'),
    onExit: ({ code, signal }) => {
      events.onPid(0);
      events.onWord('warn', `ended unexpectedly (${signal ?? `exit code ${code}`}); starting it again`);
      void restart();
    },
  }).catch((error: unknown) => {
    throw postgresError(error, directory, port);
  });
  events.onPid(postgres.pid);

  async function restart(): Promise<void> {
    for (let attempt = 0; !stopped; attempt += 1) {
      try {
        await postgres.restart();
        events.onPid(postgres.pid);
        events.onWord('info', 'is ready again');
        return;
      } catch (error) {
        events.onWord('warn', `could not be started again: ${Error.isError(error) ? error.message : String(error)}`);
        await delay(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), undefined, { ref: false });
      }
    }
  }

  return {
    url: postgres.url,
    database: (name) => postgres.createDatabase(name),
    stop: async () => {
      stopped = true;
      await postgres.close();
    },
  };
}

function postgresError(error: unknown, directory: string, port: number): unknown {
  if (!(error instanceof PostgresError))
    return Error.isError(error) && 'syscall' in error ? folderError(directory, error) : error;
  if (error.code === 'POSTGRES_PORT_IN_USE') return portTaken('PostgreSQL', port);
  if (/no space left/i.test(error.message)) return folderError(directory, Object.assign(error, { code: 'ENOSPC' }));
  return new DemoError(error.code, `PostgreSQL did not start: ${error.message}`, { cause: error });
}

const UNDEFINED_DATABASE = '3D000';
const DUPLICATE_DATABASE = '42P04';

/** Databases of the demo on an outside server carry this prefix, since others may live there too. */
const OUTSIDE_PREFIX = 'headwater_';

/** Uses an outside server. @throws DemoError when it does not answer or refuses. */
export async function useOutsidePostgres(serverUrl: string): Promise<DemoPostgres> {
  await onServer(serverUrl, (client) => client.query('SELECT 1'));
  return {
    url: serverUrl,
    database: async (name, fresh) => {
      const database = `${OUTSIDE_PREFIX}${name}`;
      await onServer(serverUrl, async (client) => {
        const identifier = client.escapeIdentifier(database);
        if (fresh) await dropDatabase(client, database);
        await client.query(`CREATE DATABASE ${identifier}`).catch((error: unknown) => {
          if (!hasCode(error, DUPLICATE_DATABASE)) throw error;
        });
      });
      const url = new URL(serverUrl);
      url.pathname = `/${database}`;
      return url.href;
    },
    stop: () => Promise.resolve(),
  };
}

/** With the slots of change captures, which would keep it and its write-ahead log. */
async function dropDatabase(client: pg.Client, database: string): Promise<void> {
  const slots = 'FROM pg_replication_slots WHERE database = $1';
  await client.query(`SELECT pg_terminate_backend(active_pid) ${slots} AND active_pid IS NOT NULL`, [database]);
  await client.query(`SELECT pg_drop_replication_slot(slot_name) ${slots} AND active_pid IS NULL`, [database]);
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
}

async function onServer(serverUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    const { host, pathname } = new URL(serverUrl);
    const reason = hasCode(error, UNDEFINED_DATABASE) ? `it has no database ${pathname.slice(1)}` : reasonOf(error);
    const message = `The PostgreSQL server of DATABASE_URL (${host}) cannot be used: ${reason}. Correct DATABASE_URL, or unset it to use the bundled server.`;
    throw new DemoError('OUTSIDE_POSTGRES', message, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return Error.isError(error) && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  const first: unknown =
    Error.isError(error) && 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error;
  return Error.isError(first) ? first.message : String(first);
}
