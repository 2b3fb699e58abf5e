import { spawn, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { Violation } from '../violation.ts';
import type { ChildSetup, DiskEnd, DiskFault, FromChild, LiveMemory, ToChild } from './child-messages.ts';

const extension = extname(import.meta.filename);
const script = join(import.meta.dirname, `child-main${extension}`);
/** From sources, the other projects are taken from theirs. */
const sourceFlags = extension === '.ts' ? ['--conditions=@headwater/source'] : [];

const KEPT_LINES = 200;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The broker as a process of its own. */
export class BrokerChild {
  /** Resolves with the port; rejects when the process ends before, or says why it cannot start. */
  readonly ready: Promise<number>;
  readonly ended: Promise<Ending>;
  /** The last lines that it logged. */
  readonly logged: string[] = [];
  /** Lines that it logged altogether. */
  loggedCount = 0;
  /** What it wrote as it crashed, if it did. */
  errorOutput = '';
  ending: Ending | undefined;
  /** Why it says that it cannot start. */
  refusal: string | undefined;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer?: FromChild) => void>();
  #nextId = 1;

  /** @param nodeFlags for example a larger heap; none by default. */
  constructor(setup: ChildSetup, nodeFlags: readonly string[] = []) {
    const args = ['--disable-warning=ExperimentalWarning', ...sourceFlags, ...nodeFlags, script, JSON.stringify(setup)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    child.stderr!.on('data', (chunk: Buffer) => (this.errorOutput = (this.errorOutput + String(chunk)).slice(-20_000)));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve((this.ending = { code, signal })));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: FromChild) => this.#take(message, resolve));
      void this.ended.then(() => {
        for (const done of this.#waiting.values()) done();
        reject(new Error(`The broker ended before it served: ${this.refusal ?? this.describeEnding()}`));
      });
    });
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Kills the process, in the middle of whatever it does. */
  async kill(): Promise<Ending> {
    if (this.ending === undefined) this.#child.kill('SIGKILL');
    return await this.ended;
  }

  /** The end, as the disk sees it; only on a disk in memory. */
  end(end: DiskEnd): void {
    this.#tell({ kind: 'end', end });
  }

  /** Has the broker end cleanly. */
  stop(lost?: 'power'): void {
    this.#tell({ kind: 'stop', lost });
  }

  /** Leaves so many bytes of room on the disk. */
  async setRoom(bytes: number | null): Promise<void> {
    await this.#ask((id) => ({ kind: 'room', id, bytes }));
  }

  async setFaults(faults: readonly DiskFault[]): Promise<void> {
    await this.#ask((id) => ({ kind: 'faults', id, faults }));
  }

  /** What it needs, after a full garbage collection; nothing of a process that is ending. With `--expose-gc` only. */
  async liveMemory(): Promise<LiveMemory> {
    const answer = await this.#ask((id) => ({ kind: 'memory', id }));
    return answer?.kind === 'memory' ? answer.memory : { liveBytes: 0, residentBytes: 0 };
  }

  /** @throws Violation when a line was logged that only a defect logs: one with a stack. */
  checkLog(): void {
    const line = this.logged.find((candidate) => /\n\s+at /.test(candidate));
    if (line !== undefined) throw new Violation('no defect shows in the log', line);
  }

  describeEnding(): string {
    const { code, signal } = this.ending ?? { code: null, signal: null };
    return `${signal ?? `exit code ${code}`}${this.errorOutput === '' ? '' : `\n${this.errorOutput}`}`;
  }

  #take(message: FromChild, isReady: (port: number) => void): void {
    switch (message.kind) {
      case 'ready':
        isReady(message.port);
        return;
      case 'refused':
        this.refusal = message.reason;
        return;
      case 'logged':
        this.loggedCount++;
        this.logged.push(message.line);
        if (this.logged.length > KEPT_LINES) this.logged.shift();
        return;
      case 'done':
      case 'memory':
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
    }
  }

  /** Undefined when the process ends without an answer. */
  #ask(question: (id: number) => ToChild): Promise<FromChild | undefined> {
    const id = this.#nextId++;
    if (this.ending !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#tell(question(id));
    });
  }

  #tell(message: ToChild): void {
    // A child that is ending does not hear any more.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
