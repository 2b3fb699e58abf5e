/** A compiled program of a drill as a process that can be killed, stopped and continued. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Decorators keep the programs from being run from their sources. */
const compiled = path.resolve(import.meta.dirname, '../../dist/drill');

export class DrillProcess<Message> {
  /** Resolves with its first message; rejects when it ends before. */
  readonly ready: Promise<Message>;
  readonly ended: Promise<void>;
  hasEnded = false;
  last: Message | undefined;
  private readonly child: ChildProcess;
  private output = '';

  /** @param program below this folder, without its ending. */
  constructor(program: string, setup: object, onMessage: (message: Message) => void = () => undefined) {
    const file = path.join(compiled, `${program}.js`);
    if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\``);
    this.child = fork(file, [JSON.stringify(setup)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output = (this.output + text).slice(-20_000)));
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        this.hasEnded = true;
        resolve();
      });
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message: Message) => {
        this.last = message;
        resolve(message);
        onMessage(message);
      });
      void this.ended.then(() => reject(new Error(`${program} ended before it was ready:\n${this.output}`)));
    });
    this.ready.catch(() => undefined);
  }

  get log(): string {
    return this.output;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
