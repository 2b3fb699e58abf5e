import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { BrokerOptions } from '../broker-options.ts';

/** A broker in a process of its own, so that a test can take it away at any moment. */
export class BrokerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(options: Omit<BrokerOptions, 'log'>): Promise<BrokerProcess> {
    const script = path.join(import.meta.dirname, 'broker-main.ts');
    const flags = ['--conditions=@headwater/source', '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, script, JSON.stringify({ port: 0, ...options })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`The broker ended with ${String(code)}`))),
    ])) as [Buffer];
    return new BrokerProcess(child, Number(line.toString()));
  }

  /** Ends it as a power-off of the process would: nothing is flushed, nothing is closed. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
