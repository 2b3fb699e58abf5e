import { type EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { TinyDatabaseModule } from '../../fixtures/tiny-database.module.ts';
import {
  DatabaseConfig,
  DatabaseStartError,
  isDatabaseUnavailable,
  startService,
  type RunningService,
} from '../index.ts';

let postgres: RunningPostgres;
let databases = 0;
const services: RunningService[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

afterEach(async () => {
  if (!postgres.running) await postgres.restart();
  await Promise.all(services.splice(0).map((service) => service.close()));
});

afterAll(async () => {
  await postgres.close();
});

/** A database of its own for each test. */
async function freshDatabase(): Promise<string> {
  databases += 1;
  return await postgres.createDatabase(`notes_${databases}`);
}

async function start(databaseUrl: string, environment: Record<string, string> = {}): Promise<RunningService> {
  const service = await startService(TinyDatabaseModule, {
    name: 'tiny',
    configs: [DatabaseConfig],
    environment: {
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'silent',
      // As long as a busy machine may take to accept a connection.
      DATABASE_CONNECT_TIMEOUT_MS: '30000',
      ...environment,
    },
  });
  services.push(service);
  return service;
}

async function notes(service: RunningService): Promise<string[]> {
  const response = await fetch(`${service.url}/notes`);
  return ((await response.json()) as { text: string }[]).map((note) => note.text);
}

describe('a service with a database', () => {
  it('migrates it at start, once', async () => {
    const url = await freshDatabase();
    expect(await notes(await start(url))).toEqual(['made by the migration']);
    expect(await notes(await start(url))).toEqual(['made by the migration']);
  });

  it('migrates it once when several processes start together', async () => {
    const url = await freshDatabase();
    const together = await Promise.all([start(url), start(url), start(url)]);
    for (const service of together) expect(await notes(service)).toEqual(['made by the migration']);
  });

  it('limits transactions that do nothing', async () => {
    const service = await start(await freshDatabase(), { DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '12000' });
    const rows = (await service.app.get(DataSource).query('SHOW idle_in_transaction_session_timeout')) as unknown;
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '12s' }]);
  });

  it('lives through a connection whose last words come after its first error', async () => {
    const service = await start(await freshDatabase());
    const runner = service.app.get(DataSource).createQueryRunner();
    const connection = (await runner.connect()) as EventEmitter;
    connection.emit('error', new Error('write EPIPE'));
    expect(runner.isReleased).toBe(true);
    // Without a listener this throws, which ends a process when a socket's event is the cause.
    connection.emit('error', new Error('terminating connection due to unexpected postmaster exit'));
    expect(await notes(service)).toEqual(['made by the migration']);
  });

  it('shows its connections as a metric', async () => {
    const service = await start(await freshDatabase());
    await notes(service);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/database_connections\{state="idle"\} [1-9]/);
  });

  it('answers 503 while PostgreSQL is away and serves again after it was killed and restarted', async () => {
    const service = await start(await freshDatabase());
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await postgres.kill();
    const refused = await fetch(`${service.url}/notes`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ type: 'urn:problem-type:headwater:database-unavailable' });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    await postgres.restart();
    expect(await notes(service)).toEqual(['made by the migration']);
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });

  it('counts a connection that died between two statements of a transaction as PostgreSQL being away', async () => {
    const dataSource = (await start(await freshDatabase())).app.get(DataSource);
    const failing = dataSource.transaction(async (transaction) => {
      const [backend] = await transaction.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      await dataSource.query('SELECT pg_terminate_backend($1)', [backend?.pid]);
      while (!transaction.queryRunner?.isReleased) await new Promise((resolve) => setImmediate(resolve));
      await transaction.query('SELECT 1');
    });
    expect(isDatabaseUnavailable(await failing.catch((error: unknown) => error))).toBe(true);
  });

  it('waits at start for a PostgreSQL that is away', async () => {
    const url = await freshDatabase();
    await postgres.kill();
    const starting = start(url);
    await postgres.restart();
    expect(await notes(await starting)).toEqual(['made by the migration']);
  });

  it('gives up with one line when PostgreSQL stays away', async () => {
    const failure = start('postgres://user:hunter2@127.0.0.1:1/none', { DATABASE_START_TIMEOUT_MS: '200' });
    await expect(failure).rejects.toThrow(
      /^PostgreSQL at 127\.0\.0\.1:1\/none did not answer within 200 ms: .*ECONNREFUSED/,
    );
  });

  it.each([
    ['a wrong password', (url: URL) => (url.password = 'hunter2'), 'the password is wrong'],
    ['a database that is not there', (url: URL) => (url.pathname = '/nowhere'), 'the database does not exist'],
  ])('does not wait for %s', async (_what, change, words) => {
    const url = new URL(await freshDatabase());
    change(url);
    const error: unknown = await start(url.href).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseStartError);
    expect(error).toMatchObject({ canRetry: false, message: expect.stringContaining(words) });
    expect((error as Error).message).not.toContain('hunter2');
  });
});
