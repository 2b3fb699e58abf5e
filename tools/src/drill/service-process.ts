import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const apps = resolve(import.meta.dirname, '../../../apps');
const pollMs = 50;
const requestTimeoutMs = 5_000;

/** One instance of a service that can be killed, suspended and resumed. */
export class ServiceProcess {
  isSuspended = false;
  /** Why the last request was not answered that was not. */
  lastRefusal = '';
  private readonly child: ChildProcess;
  private readonly serving: Promise<string>;
  private errors = '';

  constructor(service: string, environment: Readonly<Record<string, string>>) {
    const args = ['--disable-warning=TimeoutNegativeWarning', resolve(apps, service, 'dist/main.cjs')];
    const env = { ...process.env, PORT: '0', LOG_LEVEL: 'warn', ...environment };
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.child
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (this.errors = (this.errors + text).slice(-2_000)));
    const ready = Promise.withResolvers<string>();
    this.serving = ready.promise;
    this.serving.catch(() => undefined);
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const url = /^ready .*=(http\S+)/.exec(line)?.[1];
      if (url !== undefined) ready.resolve(url);
    });
    this.child.once('exit', () => ready.reject(new Error(`ended before it was ready: ${this.errors}`)));
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get lastWords(): string {
    return this.errors.trim();
  }

  /** Undefined when nobody answers, or not now. */
  async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const url = await this.serving;
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const unanswered = (error: unknown): undefined => void (this.lastRefusal = String(error));
    const response = await fetch(`${url}${path}`, { method, signal, ...content }).catch(unanswered);
    const text = await response?.text().catch(unanswered);
    if (response?.status === 503) this.lastRefusal = text ?? '';
    if (response === undefined || text === undefined || response.status === 503) return undefined;
    if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return response.status === 404 ? null : JSON.parse(text);
  }

  /** Waits until it says that it is ready. */
  async ready(): Promise<void> {
    const url = await this.serving;
    while (!(await fetch(`${url}/health/ready`)).ok) await delay(pollMs);
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
