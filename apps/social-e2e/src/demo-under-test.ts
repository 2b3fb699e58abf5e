/** The demo as `npm start` runs it, on free ports and a folder of its own. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Program, type Exit } from './program.ts';

export const LAUNCHER = 'tools/dist/demo/main.js';

/** The parts of the demo that suites ask; there may be more. */
const PART_NAMES = [
  'broker',
  'postgres',
  'console',
  'social-posts',
  'social-feed',
  'movieflix-resume',
  'movieflix-recommendation',
  'mybank-ledger',
  'mybank-alerts',
  'connect',
  'gettaxi-dispatch',
  'gettaxi-pricing',
  'campaign-compare',
] as const;

export type PartName = (typeof PART_NAMES)[number];

/** What the demo names in its list of addresses. */
export const ENDPOINT_NAMES = [...PART_NAMES, 'registry'] as const;

export type Endpoints = Readonly<Record<PartName | 'registry', string>>;

const POLL_MS = 25;

/** A folder for a demo; removed by the test that asked for it. */
export async function demoFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'headwater-demo-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

export class DemoUnderTest {
  readonly program: Program;
  readonly endpoints: Endpoints;
  private readonly dataDir: string;
  private readonly pidsSeen = new Set<number>();

  private constructor(program: Program, dataDir: string, endpoints: Endpoints) {
    this.program = program;
    this.dataDir = dataDir;
    this.endpoints = endpoints;
    this.pids();
  }

  static async start(
    dataDir: string,
    args: readonly string[] = ['--ports', 'auto'],
    env: Readonly<Record<string, string>> = {},
  ): Promise<DemoUnderTest> {
    const program = new Program({ script: LAUNCHER, args: ['--dir', dataDir, '--no-simulator', ...args], env });
    return await DemoUnderTest.whenReady(program, dataDir);
  }

  /** Takes over a launcher that was started otherwise. */
  static async whenReady(program: Program, dataDir: string): Promise<DemoUnderTest> {
    try {
      await program.says(/^ready endpoints=/m);
    } catch (error) {
      await program.dispose();
      throw error;
    }
    const endpoints = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
    return new DemoUnderTest(program, dataDir, endpoints);
  }

  /** Process ids by part, as the launcher says; a part that is being started again may be absent. */
  pids(): Readonly<Record<string, number>> {
    const pids = JSON.parse(readFileSync(join(this.dataDir, 'processes.json'), 'utf8')) as Record<string, number>;
    for (const pid of Object.values(pids)) this.pidsSeen.add(pid);
    return pids;
  }

  /** Ends a part as a crash does; waits first if it is just being started again. */
  async crash(part: PartName): Promise<void> {
    for (;;) {
      const pid = this.pids()[part];
      if (pid !== undefined && isAlive(pid)) {
        process.kill(pid, 'SIGKILL');
        return;
      }
      await delay(POLL_MS);
    }
  }

  /** Asks the launcher to stop, as Ctrl-C does. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Exit> {
    this.pids();
    this.program.child.kill(signal);
    return await this.program.exit;
  }

  /** Processes of the demo that still run, after a while for those that end by themselves. */
  async leftovers(withinMs: number): Promise<number[]> {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      const alive = [...this.pidsSeen].filter(isAlive);
      if (alive.length === 0 || performance.now() > deadlineMs) return alive;
      await delay(POLL_MS);
    }
  }
}

/** Whether a process runs; one that has ended and waits for its parent (a zombie) does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
