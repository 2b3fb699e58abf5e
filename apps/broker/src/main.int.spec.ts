import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(120_000);

const project = path.join(import.meta.dirname, '..');
let folder: string;
/** Beside `dist`, from where native packages and the manifest are found as from there. */
let bundleFolder: string;

beforeAll(() => {
  bundleFolder = mkdtempSync(path.join(project, 'dist-test-'));
  const bundler = path.join(project, '../../node_modules/rolldown/bin/cli.mjs');
  const args = ['--config', path.join(project, 'rolldown.config.js'), '--dir', bundleFolder, '--logLevel', 'silent'];
  execFileSync(process.execPath, [bundler, ...args]);
});
afterAll(() => rmSync(bundleFolder, { recursive: true, force: true }));

const bundled = () => [path.join(bundleFolder, 'broker.cjs')];
const PROGRAMS = [
  ['from its sources', () => ['--conditions=@headwater/source', path.join(import.meta.dirname, 'main.ts')]],
  ['bundled', bundled],
] as const;

function start(program: readonly string[], args: readonly string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  const line = async (): Promise<string> => {
    while (!output.stdout.includes('\n')) {
      const ended = await Promise.race([once(child.stdout, 'data').then(() => undefined), exited]);
      if (ended !== undefined && !output.stdout.includes('\n'))
        throw new Error(`ended with ${ended.code}: ${output.stderr}`);
    }
    return output.stdout;
  };
  return { child, output, exited, line };
}

/** Sends ApiVersions v0 and gives the error code of the answer. */
async function apiVersionsError(port: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.readInt16BE(8);
}

function makeFolder(): void {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-broker-main-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

const READY = /^ready kafka=127\.0\.0\.1:(\d+) registry=(http:\/\/127\.0\.0\.1:\d+) dataDir=(\S+) startMs=\d+\n$/;

describe.each(PROGRAMS)('the broker as a program, %s', (_, program) => {
  const run = (...args: string[]) => start(program(), args);
  makeFolder();

  it.each(['SIGTERM', 'SIGINT'] as const)('says when it serves, serves, and ends with 0 on %s', async (signal) => {
    const { child, line, exited, output } = run('--port', '0', '--registry-port', '0', '--data-dir', 'data');
    const [, port, registry, dataDir] = READY.exec(await line()) ?? [];
    expect(dataDir).toBe(path.join(folder, 'data'));
    expect(await apiVersionsError(Number(port))).toBe(0);
    expect((await fetch(`${registry}/subjects`)).status).toBe(200);
    child.kill(signal);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(output.stdout).toMatch(READY);
    expect(output.stderr).toBe('');
  });

  it('starts again after a kill -9', async () => {
    const first = run('--port', '0', '--registry-port', '0', '--data-dir', 'killed');
    await first.line();
    first.child.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    const second = run('--port', '0', '--registry-port', '0', '--data-dir', 'killed');
    expect(await second.line()).toMatch(READY);
    second.child.kill('SIGTERM');
    expect((await second.exited).code).toBe(0);
  });

  it('says in one line that a port is taken, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    for (const ports of [
      ['--port', String(port), '--registry-port', '0'],
      ['--port', '0', '--registry-port', String(port)],
    ]) {
      const { exited, output } = run(...ports, '--data-dir', 'taken');
      expect(await exited).toEqual({ code: 1, signal: null });
      expect(output.stdout).toBe('');
      expect(output.stderr).toMatch(new RegExp(`^[^\\n]*${port}[^\\n]* is taken by another process[^\\n]*\\n$`));
    }
    taken.close();
  });

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', '0', '--registry-port', '0', '--config', 'num.partitions=many'], 'num.partitions'],
    [['--port', '0', '--registry-port', '0', '--config', 'no.such.setting=1'], 'no.such.setting'],
    [['--port', '0', '--registry-port', '0', '--data-dir', '/dev/null/data'], '/dev/null/data'],
  ])('refuses %j in one line, and ends with 1', async (args, word) => {
    const { exited, output } = run(...args);
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(output.stdout).toBe('');
    expect(output.stderr).toMatch(/^[^\n]+\n$/);
    expect(output.stderr).toContain(word);
  });

  it('prints help and version', async () => {
    const help = run('--help');
    expect((await help.exited).code).toBe(0);
    for (const flag of ['--host', '--port', '--registry-port', '--data-dir', '--config', '--flush', '--version'])
      expect(help.output.stdout).toContain(flag);
    const version = run('--version');
    expect((await version.exited).code).toBe(0);
    expect(version.output.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

// The client of another Kafka is written in more of TypeScript than Node runs by itself.
describe('the bundled program', () => {
  const run = (...args: string[]) => start(bundled(), args);
  makeFolder();

  it('serves the registry alone, on a Kafka that runs elsewhere', async () => {
    const elsewhere = run('--port', '0', '--registry-port', '0', '--data-dir', 'elsewhere');
    const [, port] = READY.exec(await elsewhere.line()) ?? [];
    const { child, line, exited, output } = run('--kafka', `127.0.0.1:${port}`, '--registry-port', '0');
    const [, registry] = /^ready registry=(\S+) kafka=\S+ startMs=\d+\n$/.exec(await line()) ?? [];
    const answer = await fetch(`${registry}/subjects/likes/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"string"' }),
    });
    expect(await answer.json()).toMatchObject({ id: expect.any(Number) });
    child.kill('SIGTERM');
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(output.stderr).toBe('');
    elsewhere.child.kill('SIGTERM');
    expect((await elsewhere.exited).code).toBe(0);
  });
});
