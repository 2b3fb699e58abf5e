import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TinyProcess } from '../../fixtures/tiny-process.ts';

const processes: TinyProcess[] = [];

function start(environment: Record<string, string> = {}, args: readonly string[] = []): TinyProcess {
  const tiny = new TinyProcess('main.ts', { GREETING: 'hello', LOG_FORMAT: 'json', ...environment }, args);
  processes.push(tiny);
  return tiny;
}

afterEach(async () => {
  await Promise.all(processes.splice(0).map((tiny) => tiny.dispose()));
});

/** Sends a request whose outcome the test does not read. */
function send(url: string, method: string): void {
  fetch(url, { method }).catch(() => undefined);
}

describe('a service process', () => {
  it('prints one ready line with its address and logs JSON', async () => {
    const tiny = start();
    const url = await tiny.url();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const logs = tiny.stdout.split('\n').filter((line) => line.startsWith('{'));
    expect(logs.length).toBeGreaterThan(0);
    for (const line of logs) expect(JSON.parse(line)).toMatchObject({ service: 'tiny', level: expect.any(String) });
  });

  it('stops in order on SIGTERM and exits 0', async () => {
    const tiny = start();
    const url = await tiny.url();
    const slow = fetch(`${url}/notes/slow`);
    await tiny.says(/slow request began/);
    tiny.kill('SIGTERM');
    expect(await (await slow).json()).toEqual({ done: true });
    expect(await tiny.exit).toEqual({ code: 0, signal: null });
    expect(tiny.stdout).toMatch(/SIGTERM: stopping[^]*closing clients[^]*stopped/);
  });

  it('stops on SIGINT too', async () => {
    const tiny = start();
    await tiny.url();
    tiny.kill('SIGINT');
    expect(await tiny.exit).toEqual({ code: 0, signal: null });
  });

  it('exits at once on a second signal', async () => {
    const tiny = start();
    send(`${await tiny.url()}/notes/stuck`, 'GET');
    await tiny.says(/stuck request began/);
    tiny.kill('SIGTERM');
    await tiny.says(/SIGTERM: stopping/);
    tiny.kill('SIGTERM');
    expect(await tiny.exit).toEqual({ code: 1, signal: null });
  });

  it('cuts a request that never ends when half of the deadline is over', async () => {
    const tiny = start({ SHUTDOWN_DEADLINE_MS: '12000' });
    send(`${await tiny.url()}/notes/stuck`, 'GET');
    await tiny.says(/stuck request began/);
    tiny.kill('SIGTERM');
    expect(await tiny.exit).toEqual({ code: 0, signal: null });
  });

  it('logs an uncaught error or rejection and exits 1', async () => {
    for (const [path, words] of [
      ['crash', 'uncaught exception: out of nowhere'],
      ['reject', 'unhandled rejection: nobody waits'],
    ] as const) {
      const tiny = start();
      send(`${await tiny.url()}/notes/${path}`, 'POST');
      expect(await tiny.exit).toEqual({ code: 1, signal: null });
      expect(tiny.stdout).toContain(words);
    }
  });

  it('stops in order and exits 1 when a part says that it cannot go on', async () => {
    const tiny = start();
    send(`${await tiny.url()}/notes/fail`, 'POST');
    expect(await tiny.exit).toEqual({ code: 1, signal: null });
    expect(tiny.stdout).toMatch(/the consumer crashed for good[^]*closing clients/);
  });

  it('logs no credentials', async () => {
    const tiny = start();
    const url = await tiny.url();
    await fetch(`${url}/notes/log`, { method: 'POST' });
    await fetch(`${url}/notes/bug`);
    await tiny.says(/"attempt":3/);
    await tiny.says(/the inside/);
    expect(tiny.stdout).not.toContain('hunter2');
  });

  it('writes readable lines where asked', async () => {
    const tiny = start({ LOG_FORMAT: 'pretty' });
    await fetch(`${await tiny.url()}/notes/log`, { method: 'POST' });
    await tiny.says(/WARN.*\[Notes\] cannot reach postgres:\/\/\[redacted\]@db/);
  });
});

describe('a service process that cannot start', () => {
  async function failure(environment: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
    const tiny = start(environment);
    const { code } = await tiny.exit;
    return { code, stderr: tiny.stderr };
  }

  it('names each wrong or missing variable in one line and exits 1', async () => {
    expect(await failure({ GREETING: '', PORT: 'http', ITEM_COUNT: '101' })).toEqual({
      code: 1,
      stderr:
        'tiny cannot start: PORT="http" must be a whole number from 0 to 65535; ' +
        'GREETING is missing: what is said first; ITEM_COUNT="101" must be a whole number from 1 to 100\n',
    });
  });

  it('names the port that is taken in one line and exits 1', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    expect(await failure({ PORT: String(port) })).toEqual({
      code: 1,
      stderr: `tiny cannot start: 127.0.0.1:${port} is already in use: stop the other process or set PORT to another port\n`,
    });
    blocker.close();
  });

  it('names an address that is not of this machine in one line and exits 1', async () => {
    const { code, stderr } = await failure({ HOST: '203.0.113.7', PORT: '8080' });
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
    expect(stderr).toContain('203.0.113.7');
  });
});

describe('the OpenAPI ledger', () => {
  it('is written, found fresh, and found stale after a change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const file = join(folder, 'docs', 'tiny.json');
    const environment = { GREETING: '' };
    expect((await start(environment, ['--write-openapi', file]).exit).code).toBe(0);
    expect((await start(environment, ['--check-openapi', file]).exit).code).toBe(0);
    await writeFile(file, (await readFile(file, 'utf8')).replace('/notes/greeting', '/notes/goodbye'));
    const stale = start(environment, ['--check-openapi', file]);
    expect((await stale.exit).code).toBe(1);
    expect(stale.stderr).toContain(`${file} is stale`);
    await rm(folder, { recursive: true });
  });
});
