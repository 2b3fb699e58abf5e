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

/** What is left when the bench itself is ended: these processes and folders must not outlive it. */
const children = new Set<ChildProcess>();
const folders = new Set<string>();
const killMs = 500;
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  // Nothing else can wait here until they are gone, and they write into the folders until then.
  if (children.size > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, killMs);
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** Sees to it that a child does not outlive the bench. */
export function adopt<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** Arguments for Node that run a program of the bench, `broker/raw-sink` for example, compiled or not. */
export function programArguments(name: string, args: readonly string[]): string[] {
  const script = join(bench, name + extension);
  // kafkajs sets timers that are long over.
  return ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', script, ...args];
}

export function brokerArguments(dataDir: string, flush: string, config: readonly string[] = []): string[] {
  const script = join(root, 'apps/broker/dist/broker.cjs');
  const settings = config.flatMap((entry) => ['--config', entry]);
  return [script, '--port', '0', '--registry-port', '0', '--data-dir', dataDir, '--flush', flush, ...settings];
}

/** Starts a server and waits for its ready line; what it says on stderr is shown, or given to `onErrorLine`. @throws when it ends before. */
export async function startServer(
  args: readonly string[],
  onErrorLine?: (line: string) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const startedMs = performance.now();
  const extra = (process.env['BENCH_BROKER_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== '');
  const child = adopt(
    spawn(process.execPath, [...extra, ...args], {
      stdio: ['ignore', 'pipe', onErrorLine ? 'pipe' : 'inherit'],
      env: { ...process.env, ...environment },
    }),
  );
  if (onErrorLine) createInterface({ input: child.stderr! }).on('line', onErrorLine);
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

/** Runs a program of the bench to its end, with Node's own arguments if any; its last line is JSON. @throws when it fails. */
export async function runProgram<Result>(
  name: string,
  options: object,
  nodeArguments: readonly string[] = [],
): Promise<Result> {
  const args = [...nodeArguments, ...programArguments(name, [JSON.stringify(options)])];
  const output = await runToEnd(process.execPath, args, name);
  return JSON.parse(output.trim().split('\n').at(-1)!) as Result;
}

/** Runs a program to its end; resolves with what it printed. @throws when it fails, with the reason that it gave. */
export async function runToEnd(program: string, args: readonly string[], name: string): Promise<string> {
  const child = adopt(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  let output = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${reasonOf(complaint)}`);
  return output;
}

/** The line of what a program said that tells why it failed, or its end. */
function reasonOf(complaint: string): string {
  return /^.*(?:Error|Exception): .*$/m.exec(complaint)?.[0] ?? complaint.trim().slice(-300);
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
    removeFolder(folder);
  }
}

/** A new folder, on the disk that BENCH_DIR names if it is set. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(join(process.env['BENCH_DIR'] ?? os.tmpdir(), 'headwater-bench-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}
