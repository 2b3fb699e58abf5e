import type { BrokerChild } from '../broker/broker-child.ts';
import { promise } from '../violation.ts';

const MIB = 1024 * 1024;
/** What garbage collections alone move a process of this size. */
const SLACK_MIB = 64;
const FEWEST_SAMPLES = 12;
const FEWEST_FRAMES = 50_000;

interface Sample {
  readonly frames: number;
  readonly mib: number;
}

/** Resident memory of the broker over a run. */
export class MemoryWatch {
  readonly #broker: BrokerChild;
  readonly #samples: Sample[] = [];

  constructor(broker: BrokerChild) {
    this.#broker = broker;
  }

  sample(frames: number): void {
    const bytes = this.#broker.residentBytes();
    if (bytes !== undefined) this.#samples.push({ frames, mib: bytes / MIB });
  }

  get lastMib(): number {
    return this.#samples.at(-1)?.mib ?? 0;
  }

  get largestMib(): number {
    return Math.max(0, ...this.#samples.map(({ mib }) => mib));
  }

  /** MiB that each million frames added after the first third, when all is warm. */
  get growthMibPerMillion(): number {
    const warm = this.#samples.slice(Math.floor(this.#samples.length / 3));
    const meanFrames = mean(warm.map(({ frames }) => frames));
    const meanMib = mean(warm.map(({ mib }) => mib));
    const above = warm.reduce((sum, { frames, mib }) => sum + (frames - meanFrames) * (mib - meanMib), 0);
    const below = warm.reduce((sum, { frames }) => sum + (frames - meanFrames) ** 2, 0);
    return below === 0 ? 0 : (above / below) * 1_000_000;
  }

  /** Compares the least of the last quarter with that of the second: what is not given back. @throws Violation. */
  expectFlat(): void {
    const quarter = Math.floor(this.#samples.length / 4);
    // A short run ends before the heap has found its size.
    if (this.#samples.length < FEWEST_SAMPLES || this.#samples.at(-1)!.frames < FEWEST_FRAMES) return;
    const least = (from: number) => Math.min(...this.#samples.slice(from, from + quarter).map(({ mib }) => mib));
    const [early, late] = [least(quarter), least(3 * quarter)];
    promise(late - early <= Math.max(SLACK_MIB, early * 0.25), 'memory does not grow with frames', () => {
      return `${early.toFixed(0)} MiB in the second quarter, ${late.toFixed(0)} MiB in the last`;
    });
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
