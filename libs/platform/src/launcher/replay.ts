/**
 * `--replay`: the simulator as a child that replays recordings into the demo, with its progress on the terminal. Everything
 * that it says is in its log too.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type PartLog } from './part-log.ts';

const SCRIPT = 'apps/simulator/dist/main.cjs';
const LIFELINE = new URL('./lifeline.js', import.meta.url).href;

/** Takes a line for the terminal. */
export type Say = (level: 'info' | 'warn', message: string) => void;

export class Replay {
  private readonly child: ChildProcess;

  /** @param recordings a recording, or a folder of recordings */
  constructor(root: string, dataDir: string, recordings: string, log: PartLog, say: Say) {
    const args = ['replay', resolve(recordings), '--dir', dataDir];
    const child = spawn(process.execPath, ['--import', LIFELINE, join(root, SCRIPT), ...args], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.line(line, 'stdout');
      say('info', line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.line(line, 'stdout');
      say('warn', line);
    });
    child.once('error', (error) => say('warn', error.message));
    child.once('close', (code) => {
      if (code === 0) say('info', 'done: what the services say is what the recordings hold');
      else say('warn', `not all is as recorded (log: ${log.file})`);
    });
  }

  /** Ends it; resolves when it is gone. What was not sent yet can be sent by another replay. */
  async stop(): Promise<void> {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
