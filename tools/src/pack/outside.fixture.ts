/** A folder outside of this workspace, and programs that run in it as a user's would: on this Node, without this workspace's settings. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export class Outside implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'headwater-outside-'));
  readonly #running = new Set<ChildProcess>();

  /** A path in the folder. */
  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Starts a program; `node` is this one. */
  start(command: string, args: readonly string[], cwd = this.folder): ChildProcess {
    const child = spawn(command === 'node' ? process.execPath : command, args, {
      cwd,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  /** Runs a program to its end. */
  run(command: string, args: readonly string[], cwd?: string): Promise<Ended> {
    const child = this.start(command, args, cwd);
    let [stdout, output] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      output += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, output }));
    });
  }

  /** As `run`. @throws Error with what the program said, when it fails */
  async succeed(command: string, args: readonly string[], cwd?: string): Promise<string> {
    const { code, output } = await this.run(command, args, cwd);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Without what npm, Nx and Jest tell their children, and with this Node in front. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(cache|registry))|NX_|JEST_|NODE_(?!EXTRA_CA_CERTS))/.test(name),
  );
  const bin = path.dirname(process.execPath);
  const others = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), NX_DAEMON: 'false', PATH: [bin, ...others].join(path.delimiter) };
}
