/** The bench's child processes: started from the same program, told to stop by their own handle. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { extname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Address } from './client.ts';

const root = resolve(import.meta.dirname, '../../../..');
const bench = resolve(import.meta.dirname, '..');
const extension = extname(import.meta.filename);

/** A program that says `ready …` on a line when it serves. */
export interface ServerProcess {
  readonly pid: number;
  readonly readyLine: string;
  readonly startedMs: number;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Arguments for Node that run a program of the bench, `broker/raw-sink` for example, compiled or not. */
export function programArguments(name: string, args: readonly string[]): string[] {
  const script = join(bench, name + extension);
  return ['--disable-warning=ExperimentalWarning', script, ...args];
}

export function brokerArguments(dataDir: string, flush: string, config: readonly string[] = []): string[] {
  const script = join(root, 'apps/broker/dist/main.js');
  const settings = config.flatMap((entry) => ['--config', entry]);
  return [script, '--port', '0', '--registry-port', '0', '--data-dir', dataDir, '--flush', flush, ...settings];
}

/** Starts a server and waits for its ready line. @throws when it ends before. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const startedMs = performance.now();
  const extra = (process.env['BENCH_BROKER_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== '');
  const child = spawn(process.execPath, [...extra, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const readyLine = await firstLine(child, /^ready\b/);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid!,
    readyLine,
    startedMs,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** A program that runs until it is told to stop. */
export interface RunningProgram<Result> {
  /** Its last line, which is JSON. Rejects when it fails. */
  readonly result: Promise<Result>;
  stop(): Promise<void>;
}

export function startProgram<Result>(name: string, options: object): RunningProgram<Result> {
  const child = spawn(process.execPath, programArguments(name, [JSON.stringify(options)]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const result = ended.then((code) => {
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
    return JSON.parse(output.trim().split('\n').at(-1)!) as Result;
  });
  result.catch(() => undefined);
  return {
    result,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Runs a program to its end; its last line is JSON. @throws when it fails. */
export function runProgram<Result>(name: string, options: object): Promise<Result> {
  return startProgram<Result>(name, options).result;
}

async function firstLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!pattern.test(line)) continue;
    child.stdout!.resume();
    return line;
  }
  throw new Error(`${child.spawnargs.join(' ')} ended before it was ready`);
}

/** `kafka=HOST:PORT` of a ready line. */
export function addressOf({ readyLine }: Pick<ServerProcess, 'readyLine'>): Address {
  const match = /\bkafka=(\S+):(\d+)/.exec(readyLine);
  if (!match) throw new Error(`No address in '${readyLine}'`);
  return { host: match[1]!, port: Number(match[2]) };
}

/** A folder for one bench, removed at the end. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A new folder, on the disk that BENCH_DIR names if it is set. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(join(process.env['BENCH_DIR'] ?? os.tmpdir(), 'headwater-bench-'));
}
