/** One program of the bank: it can be killed at any moment, and comes back at the same address. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

export interface BankProgram {
  readonly name: string;
  /** Compiled script, from the project's root. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A line of stdout that says that it serves. */
  readonly ready: RegExp;
  readonly logFile: string;
}

export class BankProcess {
  readonly #program: BankProgram;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;

  constructor(program: BankProgram) {
    this.#program = program;
    this.#log = createWriteStream(program.logFile, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it says that it serves. One that ends before that, since something it needs is away, is started again. */
  async start(): Promise<void> {
    const { name, script, args = [], env } = this.#program;
    const path = resolve(root, script);
    if (!existsSync(path)) throw new Error(`${script} is not built: run \`npm run build\` first`);
    for (let attempt = 1; !(await this.#startOnce(path, args, env)); attempt += 1)
      if (attempt === 20) throw new Error(`${name} does not start; see ${this.#program.logFile}`);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    this.#log.end();
  }

  async #startOnce(
    path: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', LOG_LEVEL: 'warn', ...env },
    });
    this.#child = child;
    child.stderr.pipe(this.#log, { end: false });
    const { promise, resolve: settle } = Promise.withResolvers<boolean>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#log.write(`${line}\n`);
      if (this.#program.ready.test(line)) settle(true);
    });
    child.once('exit', () => settle(false));
    return await promise;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
