/**
 * A child process of the console, which a lesson kills: real processes die in the lessons, but none of the services'. Its scripts are
 * `workers/*.worker.ts`. It ends by itself when the console is gone.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { WorkerSettings, WorkerWord } from './workers/worker-channel.ts';

/** Compiled, also when the console runs from its sources; bundled when it is. */
const FOLDER = path.resolve(import.meta.dirname, '../../dist/lessons/workers');
const EXTENSION = path.extname(import.meta.filename) === '.cjs' ? 'cjs' : 'js';
const STOP_DEADLINE_MS = 5000;
const LAST_COMPLAINT_CHARACTERS = 500;

export class LessonWorker {
  readonly #script: string;
  readonly #settings: WorkerSettings;
  readonly #onWord: (word: WorkerWord) => void;
  #child: ChildProcess | undefined;

  constructor(name: string, settings: WorkerSettings, onWord: (word: WorkerWord) => void) {
    this.#script = path.join(FOLDER, `${name}.worker.${EXTENSION}`);
    this.#settings = settings;
    this.#onWord = onWord;
  }

  get isAlive(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it says that it works. @throws when it ends before that */
  async start(): Promise<void> {
    const child = fork(this.#script, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    this.#child = child;
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-LAST_COMPLAINT_CHARACTERS);
    });
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (word: WorkerWord) => {
        if (word.kind === 'ready') resolve();
        // What a killed process had said may arrive after its end.
        else if (this.#child === child) this.#onWord(word);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`the process ended before it worked: ${complaint}`)));
    });
    child.send(this.#settings);
    await ready;
  }

  say(word: WorkerWord): void {
    if (this.isAlive) this.#child?.send(word, () => undefined);
  }

  /** As a crash: SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** In order; killed when that takes too long. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.#end('SIGTERM');
    clearTimeout(late);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isAlive) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
