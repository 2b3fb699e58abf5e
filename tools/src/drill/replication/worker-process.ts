import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FromWorker, WorkerSetup } from './worker-messages.ts';

const script = join(import.meta.dirname, `worker-main${extname(import.meta.filename)}`);

/** A worker, and what it told. */
export class WorkerProcess {
  /** Messages of each kind. */
  readonly counts: Record<FromWorker['kind'], number> = {
    streaming: 0,
    standby: 0,
    fenced: 0,
    takeover: 0,
    published: 0,
    stopped: 0,
    failed: 0,
  };
  published = 0;
  stopped: { readonly code: string; readonly reason: string } | undefined;
  lastFailure = '';
  readonly #child: ChildProcess;

  constructor(setup: WorkerSetup) {
    const args = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', script];
    this.#child = spawn(process.execPath, [...args, JSON.stringify(setup)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Its log lines are many while the broker is away.
      env: { ...process.env, NO_COLOR: '1' },
    });
    this.#child.on('message', (message: FromWorker) => this.#take(message));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill(signal);
    const late = new AbortController();
    const killed = delay(60_000, undefined, { signal: late.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    await ended;
    late.abort();
    await killed;
  }

  #take(message: FromWorker): void {
    this.counts[message.kind] += 1;
    if (message.kind === 'published') this.published += message.count;
    if (message.kind === 'stopped') this.stopped = message;
    if (message.kind === 'failed') this.lastFailure = message.reason;
  }
}
