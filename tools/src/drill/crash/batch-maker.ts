import { Compression, encodeBatch, type RecordInput } from '@headwater/broker-core/protocol';
import type { Random } from '../random.ts';

const COMPRESSIONS = [
  Compression.none,
  Compression.none,
  Compression.gzip,
  Compression.snappy,
  Compression.lz4,
  Compression.zstd,
] as const;

const DAY_MS = 86_400_000;
const LONGEST_STEP_MS = 400;

export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional?: boolean;
}

/** Makes batches whose records' times go on faster than the clock, so that segments of a second are rolled all the time. */
export class BatchMaker {
  readonly #random: Random;
  #timestampMs = Date.now() - 5 * DAY_MS;

  constructor(random: Random) {
    this.#random = random;
  }

  make(records: readonly Pick<RecordInput, 'key' | 'value'>[], producer?: BatchProducer): Buffer {
    this.#timestampMs += this.#random.below(LONGEST_STEP_MS);
    const timestampMs = this.#timestampMs;
    return encodeBatch({
      records: records.map((record) => ({ ...record, timestampMs })),
      compression: this.#random.pick(COMPRESSIONS),
      ...producer,
    });
  }
}
