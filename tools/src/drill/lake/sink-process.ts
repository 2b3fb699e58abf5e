import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const script = resolve(import.meta.dirname, '../../../../apps/connect/fixtures/sink-process.mjs');

/** One task of a sink as a process that can be killed, suspended and resumed, and what it told of its failures. */
export class SinkProcess {
  readonly failures: string[] = [];
  isSuspended = false;
  private readonly child: ChildProcess;
  private errors = '';

  constructor(setup: { readonly bootstrapServers: string; readonly registryUrl: string; readonly config: object }) {
    const args = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', script];
    this.child = spawn(process.execPath, [...args, JSON.stringify(setup)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (this.errors = (this.errors + text).slice(-2_000)));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      if (line.startsWith('failed ')) this.failures.push(line.slice('failed '.length));
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** What it said before it ended by itself. */
  get lastWords(): string {
    return [...this.failures.slice(-3), this.errors.trim()].join('\n');
  }

  suspend(): void {
    this.child.kill('SIGSTOP');
    this.isSuspended = true;
  }

  resume(): void {
    this.child.kill('SIGCONT');
    this.isSuspended = false;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    if (this.isSuspended) this.resume();
    this.child.kill(signal);
    await ended;
  }
}
