/** What `npm start` promises beside the services: one clear line when it cannot start, and nothing left when it ends. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres } from '@headwater/testkit';
import { DemoUnderTest, demoFolder, ENDPOINT_NAMES, LAUNCHER, removeFolder } from './demo-under-test.ts';
import { Program, ROOT, type ProgramOptions } from './program.ts';
import { awaitTotals, publishLikedPost, totalsOf } from './social-api.ts';

const LIMIT_MS = 300_000;
const POLL_MS = 50;
/** Parts are given 10 s to stop when their launcher is gone, PostgreSQL 20 s for its last checkpoint; then they are killed. */
const LEFTOVER_MS = 45_000;

/** Where all services are not what a test is about. */
const SOCIAL = ['--ports', 'auto', '--only', 'social'];

/** Left by an installation that `npm start` or `npm test` made. */
const INSTALL_MARK = 'node_modules/.headwater-install';

let folder: string;
const programs: Program[] = [];

beforeEach(async () => {
  folder = await demoFolder();
});

afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.dispose()));
  await removeFolder(folder);
}, LIMIT_MS);

async function start(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<DemoUnderTest> {
  const demo = await DemoUnderTest.start(folder, args, env);
  programs.push(demo.program);
  return demo;
}

/** Runs a launcher that is expected to give up. */
async function failure(options: Partial<ProgramOptions>): Promise<{ code: number | null; lines: string[] }> {
  const program = new Program({
    script: LAUNCHER,
    args: ['--dir', folder, '--ports', 'auto', '--no-simulator'],
    ...options,
  });
  programs.push(program);
  const { code } = await program.exit;
  return { code, lines: program.stderr.trim().split('\n') };
}

async function isFree(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  const server = createServer().listen(Number(port), hostname);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

describe('the demo', () => {
  it(
    'says where everything is, refuses a second one on its folder, and leaves nothing after Ctrl-C',
    async () => {
      const demo = await start();
      expect(Object.keys(demo.endpoints)).toEqual(expect.arrayContaining([...ENDPOINT_NAMES]));
      for (const name of ENDPOINT_NAMES) {
        if (['broker', 'postgres', 'registry'].includes(name)) continue;
        expect(demo.program.stdout).toContain(demo.endpoints[name]);
        // On a busy machine a part may be ready, miss a beat, and be ready again.
        while ((await fetch(`${demo.endpoints[name]}/health/ready`)).status !== 200) await delay(POLL_MS);
      }
      expect((await fetch(`${demo.endpoints.registry}/subjects`)).status).toBe(200);

      const second = await failure({});
      expect(second.code).toBe(1);
      expect(second.lines).toEqual([
        expect.stringContaining(
          `A demo runs on ${folder} already (process ${demo.program.child.pid}): stop it with Ctrl-C`,
        ),
      ]);

      expect(await demo.stop('SIGINT')).toEqual({ code: 0, signal: null });
      expect(await demo.leftovers(0)).toEqual([]);
      expect(existsSync(join(folder, 'endpoints.json'))).toBe(false);
      for (const address of Object.values(demo.endpoints))
        expect([address, await isFree(address)]).toEqual([address, true]);
    },
    LIMIT_MS,
  );

  it(
    'keeps its data over a stop, a kill and a start by `npm start`, leaves nothing running, and begins anew with --fresh',
    async () => {
      const first = await start(SOCIAL);
      await publishLikedPost(first.endpoints['social-posts'], 'kept');
      await awaitTotals(first.endpoints['social-feed'], 'kept', { likes: 1, comments: 0 });
      await first.stop('SIGTERM');

      const killed = await start(SOCIAL);
      expect(await totalsOf(killed.endpoints['social-feed'], 'kept')).toEqual({ likes: 1, comments: 0 });
      await killed.stop('SIGKILL');
      expect(await killed.leftovers(LEFTOVER_MS)).toEqual([]);

      // Without its mark the script would install anew, under the feet of the suites that run beside this one.
      expect([INSTALL_MARK, existsSync(join(ROOT, INSTALL_MARK))]).toEqual([INSTALL_MARK, true]);
      const args = ['start', '--dir', folder, ...SOCIAL];
      const program = new Program({ script: 'tools/launch/run.js', args, ownGroup: true });
      programs.push(program);
      const byScript = await DemoUnderTest.whenReady(program, folder);
      expect(await totalsOf(byScript.endpoints['social-feed'], 'kept')).toEqual({ likes: 1, comments: 0 });
      // Ctrl-C in its terminal reaches the whole process group.
      process.kill(-program.child.pid!, 'SIGINT');
      expect(await program.exit).toEqual({ code: 0, signal: null });
      expect(await byScript.leftovers(0)).toEqual([]);

      // What a run gave up that ended before all of it was deleted; and a folder that is not the demo's.
      await mkdir(join(folder, '.headwater-forgotten', '1', 'broker'), { recursive: true });
      await mkdir(join(folder, 'forgotten'));
      const fresh = await start([...SOCIAL, '--fresh']);
      expect(await totalsOf(fresh.endpoints['social-feed'], 'kept')).toBeUndefined();
      await publishLikedPost(fresh.endpoints['social-posts'], 'kept');
      await awaitTotals(fresh.endpoints['social-feed'], 'kept', { likes: 1, comments: 0 });
      while (existsSync(join(folder, '.headwater-forgotten'))) await delay(50);
      expect(existsSync(join(folder, 'forgotten'))).toBe(true);
      await fresh.stop('SIGTERM');
    },
    LIMIT_MS,
  );

  it(
    'uses the PostgreSQL of DATABASE_URL instead of its own',
    async () => {
      await using outside = await startPostgres();
      const demo = await start(SOCIAL, { DATABASE_URL: outside.url });
      await publishLikedPost(demo.endpoints['social-posts'], 'outside');
      await awaitTotals(demo.endpoints['social-feed'], 'outside', { likes: 1, comments: 0 });
      expect(demo.pids()['postgres']).toBeUndefined();
      expect(existsSync(join(folder, 'postgres'))).toBe(false);
      await demo.stop();
    },
    LIMIT_MS,
  );
});

describe('a demo that cannot start', () => {
  it('names the port that is taken in one line, and has started nothing', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const { code, lines } = await failure({ args: ['--dir', folder, '--port-base', String(port)] });
    blocker.close();
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^Port ${port} on 127.0.0.1, which console needs, is already in use: `)),
    ]);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
  });

  it('names a full disk in one line, and has started nothing', async () => {
    const preload = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
      fs.statfsSync = () => ({ bavail: 10, bsize: 4096 }); syncBuiltinESMExports();`;
    expect(await failure({ preload })).toEqual({
      code: 1,
      lines: [`The disk that holds ${folder} is full: make room, or choose a folder on another disk with --dir.`],
    });
    expect(existsSync(join(folder, 'broker'))).toBe(false);
  });

  it('names a platform without a PostgreSQL package in one line, and leaves nothing running', async () => {
    const preload = "Object.defineProperty(process, 'platform', { value: 'freebsd' });";
    const { code, lines } = await failure({ preload });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^PostgreSQL did not start: .*freebsd/)]);
    expect(existsSync(join(folder, 'processes.json'))).toBe(false);
  });

  it('names the server of DATABASE_URL that does not answer in one line, without its password', async () => {
    const { code, lines } = await failure({ env: { DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/none' } });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^The PostgreSQL server of DATABASE_URL \(127\.0\.0\.1:1\) cannot be used: .*ECONNREFUSED.*Correct DATABASE_URL/,
      ),
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('names a folder that cannot be written in one line', async () => {
    await mkdir(join(folder, 'data'));
    const preload = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
      fs.mkdirSync = () => { throw Object.assign(new Error('EACCES'), { code: 'EACCES' }); }; syncBuiltinESMExports();`;
    expect(await failure({ preload })).toEqual({
      code: 1,
      lines: [`No permission to write in ${folder}: change its owner, or choose another folder with --dir.`],
    });
  });
});
