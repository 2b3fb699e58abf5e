import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const program = resolve(import.meta.dirname, '../../../../apps/broker/dist/broker.cjs');

/** The bundled broker as a process that goes away and comes back at the same address. */
export class KafkaServer {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(folder: string) {
    this.#folder = join(folder, 'broker');
  }

  get bootstrapServers(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.#port), '--registry-port', '0', '--data-dir', this.#folder, '--flush', 'fsync'];
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const match = /\bkafka=\S+:(\d+)/.exec(line);
      if (!match) continue;
      this.#port = Number(match[1]);
      child.stdout.resume();
      return;
    }
    throw new Error(`${program} ended before it served: build the workspace first`);
  }

  /** Ends it as a crash does; what it acknowledged is there when it starts again. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
