import { join } from 'node:path';
import fs from 'node:fs';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { runCycle } from './cycle.ts';
import { World, type WorldCounts } from './world.ts';

const STANDARD_CYCLES = 50;
/** A world is read whole after each crash, so it is left before it grows large. */
const FEWEST_WORLD_CYCLES = 3;
const MOST_WORLD_CYCLES = 16;

export const crashDrill: Drill = {
  name: 'broker-crash',
  about: 'ends the broker at random moments under load, by SIGKILL and by power cuts; nothing acknowledged may be lost',
  details: `The broker runs as a process of its own on a folder, under load: producers (plain with acks 1 and all, idempotent ones that
retry, transactional ones of both protocol generations, ones with keys onto a compacted topic; all compressions), consumers at
the end of a log, committed offsets, topics created, changed and deleted, records deleted. It ends at a random moment: by SIGKILL, or
by a power cut of a disk in memory that keeps what was synced and a random part of the rest (sectors of 512 bytes, unwritten
tails, names of folders). Ends fall into the start and the stop too. After each, the next process must hold to all that was
promised: acknowledged records at their offset, once, in order; transactions whole or not at all; offsets, topics and
configs; a log without a hole, every CRC right; the latest value of each key.`,
  options: [
    { name: 'cycles', standard: STANDARD_CYCLES, about: 'how often the broker ends' },
    { name: 'minutes', standard: undefined, about: 'run for so long instead' },
  ],
  run: (run) => new CrashDrill(run).run(),
};

class CrashDrill {
  readonly #run: DrillRun;
  readonly #random: Random;
  readonly #ends = new Map<string, number>();
  readonly #totals: WorldCounts = { acknowledged: 0, committed: 0, aborted: 0, offsets: 0, changes: 0, read: 0 };
  #cycles = 0;
  #worlds = 0;

  constructor(run: DrillRun) {
    this.#run = run;
    this.#random = new Random(run.seed);
  }

  async run(): Promise<Summary> {
    const startedMs = performance.now();
    const { minutes, cycles } = this.#run.numbers;
    const isDone = (): boolean =>
      minutes === undefined
        ? this.#cycles >= (cycles ?? STANDARD_CYCLES)
        : performance.now() - startedMs > minutes * 60_000;
    while (!isDone()) await this.#runWorld(isDone);
    const seconds = (performance.now() - startedMs) / 1000;
    return {
      cycles: this.#cycles,
      folders: this.#worlds,
      ...Object.fromEntries([...this.#ends].toSorted().map(([end, count]) => [`ended ${end}`, count])),
      'records acknowledged': this.#totals.acknowledged,
      'records read back': this.#totals.read,
      'transactions committed': this.#totals.committed,
      'transactions aborted': this.#totals.aborted,
      'offsets acknowledged': this.#totals.offsets,
      'topic changes': this.#totals.changes,
      'seconds a cycle': (seconds / Math.max(1, this.#cycles)).toFixed(2),
    };
  }

  async #runWorld(isDone: () => boolean): Promise<void> {
    const folder = join(this.#run.folder, `world-${++this.#worlds}`);
    const random = this.#random.fork();
    const world = new World(folder, random.fork());
    const length = random.between(FEWEST_WORLD_CYCLES, MOST_WORLD_CYCLES);
    for (let cycle = 0; cycle < length && !isDone(); cycle++) {
      const { reached, endedBy } = await runCycle(world, random);
      this.#cycles++;
      const end = `${endWords[endedBy]} in the ${reached}`;
      this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
      const { acknowledged } = world.counts();
      this.#run.onProgress(
        `cycle ${this.#cycles}, folder ${this.#worlds}: ${(this.#totals.acknowledged + acknowledged).toLocaleString('en-US')} records acknowledged`,
      );
    }
    this.#count(world.counts());
    fs.rmSync(folder, { recursive: true, force: true });
  }

  #count(counts: WorldCounts): void {
    for (const name of Object.keys(this.#totals) as (keyof WorldCounts)[]) this.#totals[name] += counts[name];
  }
}

const endWords = {
  kill: 'by SIGKILL',
  'kill-at-start': 'by SIGKILL of a starting one',
  disk: 'by the disk',
  'disk-call': 'at a call to the disk',
  'stop-and-kill': 'by SIGKILL of a stopping one',
  'stop-and-disk': 'by the disk of a stopping one',
  stop: 'by a clean stop',
} as const;
