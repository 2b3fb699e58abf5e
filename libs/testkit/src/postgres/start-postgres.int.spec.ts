import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  makeSpareCluster,
  PostgresError,
  startPostgres,
  type StartPostgresOptions,
  type RunningPostgres,
} from './index.ts';

const open: RunningPostgres[] = [];
const folders: string[] = [];

async function start(options: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const postgres = await startPostgres(options);
  open.push(postgres);
  return postgres;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postgres-spec-'));
  folders.push(folder);
  return folder;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(async () => {
  for (const postgres of open.splice(0)) await postgres.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function systemIdentifier(postgres: RunningPostgres): Promise<unknown> {
  return (await query(postgres.url, 'SELECT system_identifier FROM pg_control_system()'))[0]?.['system_identifier'];
}

describe('a spare cluster', () => {
  it('is taken over, whole, by a new folder; one that has data leaves it alone, and so does another version', async () => {
    const folder = await temporaryFolder();
    const [spare, directory] = [path.join(folder, 'spare'), path.join(folder, 'own')];
    await makeSpareCluster(spare);
    expect(await readdir(folder)).toEqual(['spare']);
    const password = await readFile(path.join(spare, 'password'), 'utf8');
    const versionFile = path.join(spare, 'data', 'PG_VERSION');
    const version = await readFile(versionFile, 'utf8');

    await writeFile(versionFile, '17\n');
    const own = await start({ directory, spare });
    await query(own.url, 'CREATE TABLE kept AS SELECT 7 AS id');
    await own.close();
    await writeFile(versionFile, version);
    const again = await start({ directory, spare });
    expect(await query(again.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    expect((await readdir(folder)).sort()).toEqual(['own', 'spare']);

    const first = await start({ directory: path.join(folder, 'first'), spare });
    expect(new URL(first.url).password).toBe(password);
    expect((await readdir(folder)).sort()).toEqual(['first', 'own']);
    expect(await systemIdentifier(first)).not.toBe(await systemIdentifier(again));
  });

  it('is made once by two makers at a time', async () => {
    const folder = await temporaryFolder();
    const spare = path.join(folder, 'spare');
    await Promise.all([makeSpareCluster(spare), inAnotherProcess(`await makeSpareCluster(${JSON.stringify(spare)});`)]);
    expect(await readdir(folder)).toEqual(['spare']);
    expect((await readdir(spare)).sort()).toEqual(['data', 'password']);
  });

  it('leaves nothing half made when its maker is killed', async () => {
    const folder = await temporaryFolder();
    const spare = path.join(folder, 'spare');
    const maker = runOurs(`await makeSpareCluster(${JSON.stringify(spare)});`);
    while ((await readdir(folder)).length === 0) await delay(5);
    maker.kill('SIGKILL');
    while ((await readdir(folder)).length > 0) await delay(20);
  });
});

describe('the embedded PostgreSQL', () => {
  it('answers on its own port, with logical replication enabled', async () => {
    const postgres = await start();
    expect(new URL(postgres.url).hostname).toBe('127.0.0.1');
    expect(await query(postgres.url, 'SHOW wal_level')).toEqual([{ wal_level: 'logical' }]);
  });

  it('refuses a connection without the password', async () => {
    const postgres = await start();
    const url = new URL(postgres.url);
    url.password = 'guessed';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('creates a database once and finds it again', async () => {
    const postgres = await start();
    const url = await postgres.createDatabase('first');
    await query(url, 'CREATE TABLE kept (id int)');
    expect(await postgres.createDatabase('first')).toBe(url);
    expect(await query(url, 'SELECT count(*)::int AS count FROM kept')).toEqual([{ count: 0 }]);
  });

  it('keeps the data of a folder over close and start, and removes a temporary folder', async () => {
    const directory = await temporaryFolder();
    const first = await start({ directory });
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS id');
    await first.close();
    const second = await start({ directory });
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);

    const temporary = await start();
    const [row] = await query(temporary.url, 'SHOW data_directory');
    expect(existsSync(String(row?.['data_directory']))).toBe(true);
    await temporary.close();
    expect(existsSync(path.dirname(String(row?.['data_directory'])))).toBe(false);
  });

  it('takes over after kill -9 with everything that was committed, on the same port', async () => {
    const exits: unknown[] = [];
    const postgres = await start({ directory: await temporaryFolder(), onExit: (exit) => exits.push(exit) });
    const { port, pid } = postgres;
    await query(postgres.url, 'CREATE TABLE kept AS SELECT 7 AS id');
    await postgres.kill();
    expect(postgres.running).toBe(false);
    await postgres.restart();
    expect(await query(postgres.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    expect(postgres.port).toBe(port);
    expect(postgres.pid).not.toBe(pid);
    expect(exits).toEqual([]);
  });

  it('reports a server that was killed from outside', async () => {
    const exited = Promise.withResolvers<unknown>();
    const postgres = await start({ onExit: exited.resolve });
    process.kill(postgres.pid, 'SIGKILL');
    expect(await exited.promise).toEqual({ code: null, signal: 'SIGKILL' });
    await postgres.restart();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says which port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failure = startPostgres({ port });
    await expect(failure).rejects.toThrow(PostgresError);
    await expect(failure).rejects.toMatchObject({ code: 'POSTGRES_PORT_IN_USE', retriable: true });
    await expect(failure).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
    other.close();
  });

  it('starts below a folder that only its owner may enter', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o700);
    const postgres = await start({ directory: path.join(folder, 'postgres') });
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('makes the cluster anew when an earlier initdb did not come through', async () => {
    const directory = await temporaryFolder();
    const first = await start({ directory });
    await first.close();
    await rm(path.join(directory, 'data', 'PG_VERSION'));
    await rm(path.join(directory, 'data'), { recursive: true });
    const again = await start({ directory });
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(directory)).sort()).toEqual(['data', 'password']);
  });

  it.each([
    ['a server that runs', ''],
    ['a server that was killed and restarted', 'await postgres.kill(); await postgres.restart();'],
    ['a server that was killed', 'await postgres.kill();'],
  ])(
    'ends with the process that started it, even when that is killed, and leaves no temporary folder: %s',
    async (_case, before) => {
      const { pid, folder, starter } = await starterOf(before);
      expect(existsSync(folder)).toBe(true);
      starter.kill('SIGKILL');
      while (alive(pid) || existsSync(folder)) await delay(20);
    },
  );
});

/** A process that runs `script`, which may use what this room exports. */
function runOurs(script: string): ChildProcess {
  const imports = `import { makeSpareCluster, startPostgres } from '${import.meta.dirname}/../../dist/postgres/index.js';`;
  return spawn(process.execPath, ['--input-type=module', '--eval', `${imports}${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
}

async function inAnotherProcess(script: string): Promise<void> {
  expect(await once(runOurs(script), 'exit')).toEqual([0, null]);
}

/** A process that has started a server in a temporary folder. */
async function starterOf(before: string): Promise<{ pid: number; folder: string; starter: ChildProcess }> {
  const script = `
    import pg from 'pg';
    const postgres = await startPostgres();
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('SHOW data_directory');
    ${before}
    console.log(JSON.stringify({ pid: postgres.pid, data: rows[0].data_directory }));
    setInterval(() => {}, 1000);`;
  const starter = runOurs(script);
  const [line] = (await once(starter.stdout!, 'data')) as [Buffer];
  const { pid, data } = JSON.parse(line.toString()) as { pid: number; data: string };
  return { pid, folder: path.dirname(data), starter };
}
