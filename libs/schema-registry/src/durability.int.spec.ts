/** The registry on the real broker, as a process that is killed: what it acknowledged stays, with its ids. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../..');
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

const rounds = 2 * Number(process.env['HEADWATER_THOROUGH'] ?? 1);

let dataDir: string;
let broker: ChildProcess;
let registryUrl: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-registry-'));
  await start();
});

afterEach(async () => {
  await kill('SIGKILL');
  await rm(dataDir, { recursive: true });
});

async function start(): Promise<void> {
  const main = path.join(root, 'apps/broker/src/main.ts');
  const ports = ['--port', '0', '--registry-port', '0'];
  broker = spawn(process.execPath, ['--conditions=@headwater/source', main, ...ports, '--data-dir', dataDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (broker.stdout === null) throw new Error('The broker has no output');
  for await (const line of createInterface({ input: broker.stdout })) {
    const url = /^ready .*registry=(\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    registryUrl = url;
    return;
  }
  throw new Error(`The broker ended before it was ready (exit code ${String(broker.exitCode)})`);
}

async function kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const exited = once(broker, 'exit');
  broker.kill(signal);
  await exited;
}

/** Registers a schema that no other registration has; undefined when it was not acknowledged. */
async function register(number: number): Promise<{ readonly number: number; readonly id: number } | undefined> {
  try {
    const response = await fetch(`${registryUrl}/subjects/subject-${String(number)}/versions`, {
      method: 'POST',
      body: JSON.stringify({ schema: schemaOf(number) }),
      headers: { 'content-type': 'application/json' },
    });
    if (response.status !== 200) return undefined;
    return { number, id: ((await response.json()) as { id: number }).id };
  } catch {
    return undefined;
  }
}

function schemaOf(number: number): string {
  return JSON.stringify({ type: 'record', name: `Record${String(number)}`, fields: [] });
}

async function get(pathname: string): Promise<unknown> {
  return (await fetch(`${registryUrl}${pathname}`)).json();
}

describe('a registry on the bundled broker', () => {
  it('is the same after it was stopped and started', async () => {
    await register(1);
    await register(2);
    await fetch(`${registryUrl}/config`, { method: 'PUT', body: '{"compatibility":"FULL"}' });
    await fetch(`${registryUrl}/subjects/subject-2`, { method: 'DELETE' });
    const paths = ['/subjects', '/subjects?deleted=true', '/schemas/ids/1', '/schemas/ids/2', '/config'];
    const before = await Promise.all(paths.map(get));
    await kill('SIGTERM');
    expect(broker.exitCode).toBe(0);
    await start();
    expect(await Promise.all(paths.map(get))).toEqual(before);
    expect(await register(3)).toEqual({ number: 3, id: 3 });
  });

  it('keeps every acknowledged schema with its id when it is killed while it registers', async () => {
    console.info(`seed ${String(seed)} (SEED repeats it)`);
    const acknowledged = new Map<number, number>();
    for (let round = 0; round < rounds; round++) {
      const first = round * 200;
      const killAfter = 20 + ((seed * (round + 7)) % 150);
      let answers = 0;
      const registrations = Array.from({ length: 200 }, async (_, index) => {
        const answer = await register(first + index);
        if (answer === undefined) return;
        acknowledged.set(answer.number, answer.id);
        answers += 1;
        if (answers === killAfter) broker.kill('SIGKILL');
      });
      await Promise.all(registrations);
      await kill('SIGKILL');
      await start();
      for (const [number, id] of acknowledged) {
        expect(await get(`/schemas/ids/${String(id)}`)).toEqual({ schema: schemaOf(number) });
      }
      expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
    }
    expect(acknowledged.size).toBeGreaterThan(0);
  }, 120_000);
});
