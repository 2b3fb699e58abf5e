/**
 * One part as a child process that is kept running.
 *
 * The child is in a process group of its own, so that Ctrl-C in the terminal reaches the launcher only, which stops the
 * parts in order. A child that ends without being asked is started again after a growing pause, under the same address;
 * one that never was ready fails the start.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';
import { type PartLog } from './part-log.ts';

export interface PartCommand {
  readonly name: string;
  /** Compiled entry. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface PartEvents {
  /** Called with each new process id; 0 while there is none. */
  readonly onPid: (pid: number) => void;
  /** A word for the terminal about an unexpected end or a new start. */
  readonly onWord: (level: 'warn' | 'info', message: string) => void;
}

const READY_DEADLINE_MS = 90_000;
const STOP_DEADLINE_MS = 20_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** A part that ran so long before it ended starts again without a longer pause. */
const STABLE_AFTER_MS = 20_000;

/** The second is for the schema registry's client, whose HTTP client calls `url.parse`: nobody here can mend it. */
const NODE_FLAGS = [
  '--import',
  new URL('./lifeline.js', import.meta.url).href,
  '--disable-warning=DEP0169',
  // V8 lets the young generation grow to 128 MB of a busy process, however little of it is alive.
  '--max-semi-space-size=8',
];

export class PartProcess {
  private readonly command: PartCommand;
  private readonly log: PartLog;
  private readonly events: PartEvents;
  private readonly stopping = new AbortController();
  private child: ChildProcess | undefined;
  private failures = 0;
  /** Ends the pause after a crash that was asked for; undefined without one. */
  private hold: { readonly ms: number; readonly end: AbortController } | undefined;

  constructor(command: PartCommand, log: PartLog, events: PartEvents) {
    this.command = command;
    this.log = log;
    this.events = events;
  }

  /** Starts the part and resolves with its ready line. @throws DemoError when it ends before that. */
  async start(): Promise<string> {
    const { child, ready } = this.launch();
    const line = await ready;
    if (line === undefined) throw this.startError(child);
    void this.keepRunning(child);
    return line;
  }

  /** Stops the part in order; kills it when that takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    clearTimeout(late);
  }

  /** Ends it as a crash does, to show what a crash does; it is started again when `holdMs` are over, or at `endHold`. */
  crash(holdMs: number): void {
    this.hold ??= { ms: holdMs, end: new AbortController() };
    this.child?.kill('SIGKILL');
  }

  endHold(): void {
    this.hold?.end.abort();
  }

  /** Ends it at once, for a launcher that has no time left. */
  kill(): void {
    this.stopping.abort();
    this.child?.kill('SIGKILL');
  }

  private startError(child: ChildProcess): DemoError {
    const { name } = this.command;
    const complaint = this.log.complaint() ?? `it ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`;
    const reason = complaint.replace(`${name} cannot start: `, '');
    return new DemoError('PART_FAILED', `${name} did not start: ${reason} (log: ${this.log.file})`);
  }

  private launch(): { readonly child: ChildProcess; readonly ready: Promise<string | undefined> } {
    const { script, args, env, cwd } = this.command;
    const child = spawn(process.execPath, [...NODE_FLAGS, script, ...args], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    child.stdin.on('error', () => undefined);
    this.events.onPid(child.pid ?? 0);
    this.log.note(`started as process ${child.pid}`);
    const late = setTimeout(() => child.kill('SIGKILL'), READY_DEADLINE_MS);
    const ready = new Promise<string | undefined>((resolve) => {
      const settle = (line: string | undefined): void => {
        clearTimeout(late);
        resolve(line);
      };
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.log.line(line, 'stdout');
        if (line.startsWith('ready ')) settle(line);
      });
      createInterface({ input: child.stderr }).on('line', (line) => this.log.line(line, 'stderr'));
      child.once('error', (error) => this.log.line(error.message, 'stderr'));
      child.once('close', () => settle(undefined));
    });
    return { child, ready };
  }

  private async keepRunning(first: ChildProcess): Promise<void> {
    let child = first;
    for (;;) {
      const startedMs = performance.now();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      this.events.onPid(0);
      if (this.stopping.signal.aborted) return;
      await (this.hold === undefined ? this.pauseAfterFailure(child, startedMs) : this.pauseOfHold(this.hold));
      if (this.isStopping) return;
      const next = this.launch();
      child = next.child;
      void next.ready.then((line) => {
        if (line !== undefined) this.events.onWord('info', 'is ready again');
      });
    }
  }
  /** A stop may be asked for at any await. */
  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async pauseAfterFailure(child: ChildProcess, startedMs: number): Promise<void> {
    this.failures = performance.now() - startedMs > STABLE_AFTER_MS ? 0 : this.failures + 1;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, this.failures - 1), LONGEST_PAUSE_MS);
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    this.events.onWord('warn', `ended unexpectedly (${how}); starting it again in ${pauseMs / 1000} s`);
    await delay(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async pauseOfHold({ ms, end }: { readonly ms: number; readonly end: AbortController }): Promise<void> {
    this.events.onWord('info', `was killed by a lesson; starting it again in ${ms / 1000} s at the latest`);
    const signal = AbortSignal.any([end.signal, this.stopping.signal]);
    await delay(ms, undefined, { signal }).catch(() => undefined);
    this.hold = undefined;
  }
}
