/** The demo and the simulator as the processes that people start. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Violation } from '../violation.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** What a demo without a simulator of its own runs, and where its parts are. */
export class DemoProgram {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
  }

  /** Starts `npm start` in a folder of its own, on free ports. @throws Violation with its last words when it does not come up */
  static async start(folder: string, args: readonly string[]): Promise<DemoProgram> {
    const all = ['--dir', folder, '--ports', 'auto', '--no-simulator', ...args];
    const child = spawn(process.execPath, [join(root, 'tools/dist/demo/main.js'), ...all], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ready = Promise.withResolvers<boolean>();
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        if (line.startsWith('ready ')) ready.resolve(true);
      });
    child.once('close', () => ready.resolve(false));
    if (await ready.promise) return new DemoProgram(folder, child);
    throw new Violation('the demo starts on the cluster', said.slice(-3).join(' | '));
  }

  /** Addresses of its parts by their names. */
  get endpoints(): Readonly<Record<string, string>> {
    return JSON.parse(readFileSync(join(this.folder, 'endpoints.json'), 'utf8')) as Record<string, string>;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}

/** Replays a recording and compares what the services say with it. @throws Violation with the words of a difference */
export async function replayInto(demo: DemoProgram, recording: string, log: string): Promise<string> {
  const args = ['replay', recording, '--dir', demo.folder, '--verify-patience', '180', '--give-up-after', '300'];
  const child = spawn(process.execPath, [join(root, 'apps/simulator/dist/main.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(log);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      said.push(line);
    });
  const [code] = (await once(child, 'close')) as [number | null];
  file.end();
  if (code !== 0) throw new Violation('what the services say is what the recording holds', said.slice(-12).join(' | '));
  return said.find((line) => line.startsWith('Acknowledged ')) ?? '';
}
