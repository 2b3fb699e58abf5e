/**
 * Memory of the broker over a run, each time after a full garbage collection: what is alive, and what the process takes of the
 * machine. Garbage that V8 leaves until it needs the room is so no growth, and a leak of a few bytes a frame shows soon.
 */
import type { BrokerChild } from '../broker/broker-child.ts';
import { promise } from '../violation.ts';

export const MIB = 1024 * 1024;
/** Requests under way, and what the broker remembers of the last seconds. */
const LIVE_SLACK_MIB = 4;
/** Whatever V8 and the allocators keep in store. */
const MOST_RESIDENT_MIB = 400;
/** In the first third, code is compiled, caches are filled and what expires is not old enough. */
const WARM_FROM = 1 / 3;
const FEWEST_WARM_SAMPLES = 8;

interface Sample {
  readonly frames: number;
  readonly liveMib: number;
  readonly residentMib: number;
}

export class MemoryWatch {
  readonly #broker: BrokerChild;
  readonly #samples: Sample[] = [];

  constructor(broker: BrokerChild) {
    this.#broker = broker;
  }

  async sample(frames: number): Promise<void> {
    const { liveBytes, residentBytes } = await this.#broker.liveMemory();
    if (liveBytes > 0) this.#samples.push({ frames, liveMib: liveBytes / MIB, residentMib: residentBytes / MIB });
  }

  get last(): Sample {
    return this.#samples.at(-1) ?? { frames: 0, liveMib: 0, residentMib: 0 };
  }

  get largestResidentMib(): number {
    return Math.max(0, ...this.#samples.map(({ residentMib }) => residentMib));
  }

  /** MiB alive that each million frames added when all was warm. */
  get growthMibPerMillion(): number {
    const warm = this.#warm();
    const meanFrames = mean(warm.map(({ frames }) => frames));
    const meanMib = mean(warm.map(({ liveMib }) => liveMib));
    const above = warm.reduce((sum, { frames, liveMib }) => sum + (frames - meanFrames) * (liveMib - meanMib), 0);
    const below = warm.reduce((sum, { frames }) => sum + (frames - meanFrames) ** 2, 0);
    return below === 0 ? 0 : (above / below) * 1_000_000;
  }

  /** Compares the least of the last quarter of the warm samples with that of the first. @throws Violation. */
  expectFlat(): void {
    const warm = this.#warm();
    promise(warm.length >= FEWEST_WARM_SAMPLES, 'memory is looked at', () => `${warm.length} times only`);
    const quarter = Math.floor(warm.length / 4);
    const least = (from: number) =>
      Math.min(
        ...warm
          .slice(from)
          .slice(0, quarter)
          .map(({ liveMib }) => liveMib),
      );
    const [early, late] = [least(0), least(warm.length - quarter)];
    promise(late - early <= LIVE_SLACK_MIB, 'memory does not grow with frames', () => {
      return `${early.toFixed(1)} MiB were alive when all was warm, ${late.toFixed(1)} at the end`;
    });
    promise(this.largestResidentMib <= MOST_RESIDENT_MIB, 'memory is bounded', () => {
      return `the process took ${this.largestResidentMib.toFixed(0)} MiB`;
    });
  }

  #warm(): readonly Sample[] {
    return this.#samples.slice(Math.floor(this.#samples.length * WARM_FROM));
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
