/** A program under test in a process of its own, whose words a test can wait for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');

export interface ProgramOptions {
  /** Script from the project's root. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Code that runs before the script, to change the machine that it sees. */
  readonly preload?: string;
  /** In a process group of its own, as a terminal gives each command. */
  readonly ownGroup?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Program {
  readonly child: ChildProcess;
  readonly exit: Promise<Exit>;
  stdout = '';
  stderr = '';
  private ended = false;
  private readonly waiting = new Set<() => void>();

  constructor(options: ProgramOptions) {
    const script = resolve(ROOT, options.script);
    if (!existsSync(script)) throw new Error(`${options.script} is not built: run \`npm run build\` first`);
    const preload =
      options.preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(options.preload)}`];
    this.child = spawn(process.execPath, [...preload, script, ...(options.args ?? [])], {
      cwd: ROOT,
      env: { ...ownEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownGroup ?? false,
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.hear('stdout', chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.hear('stderr', chunk));
    this.exit = once(this.child, 'close').then(([code, signal]) => {
      this.ended = true;
      this.wake();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get isRunning(): boolean {
    return !this.ended;
  }

  /** Waits until stdout matches; rejects when the program ends before that. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match) return match;
      if (this.ended) throw new Error(`the program ended without saying ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await this.nextWords();
    }
  }

  /** Resolves with the next output, or the end. */
  async nextWords(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Ends it if it still runs. */
  async dispose(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  private hear(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString('utf8');
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** The environment without what the test runner and the user set for other programs. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
