/** What the storage's tests share: batches, a clock that is moved by hand, a storage in memory. */
import { type BatchInput, decodeRecords, encodeBatch, randomUuid, batchesIn } from '../../protocol/index.ts';
import type { Clock } from '../clock.ts';
import { MemoryFileSystem } from '../file-system/memory-file-system.ts';
import { defaultLogConfig, type LogConfig } from '../log-config.ts';
import type { LogStorage, LogStorageOptions } from '../log-storage.ts';
import { openLogStorage } from '../open-log-storage.ts';
import type { LogRead, PartitionLog } from '../partition-log.ts';

export const startMs = 1_700_000_000_000;

/** Time that stands still unless it is set; timers do not fire. */
export class StillClock implements Clock {
  nowMs = startMs;

  now(): number {
    return this.nowMs;
  }

  schedule(): { cancel(): void } {
    return { cancel: () => undefined };
  }
}

export interface BatchOptions extends Omit<BatchInput, 'records'> {
  readonly values?: readonly string[];
  readonly timestampMs?: number;
  readonly key?: string | null;
  /** Bytes of each value; overrides `values`' texts by filling up. */
  readonly valueBytes?: number;
}

/** A batch of one record for each of `values` (default one). */
export function batch({
  values = ['value'],
  timestampMs = startMs,
  key = 'key',
  valueBytes,
  ...rest
}: BatchOptions = {}): Buffer {
  const records = values.map((value) => ({
    key: key === null ? null : Buffer.from(key),
    value: valueBytes === undefined ? Buffer.from(value) : Buffer.alloc(valueBytes, value),
    timestampMs,
  }));
  return encodeBatch({ ...rest, records });
}

export interface Opened {
  readonly storage: LogStorage;
  readonly fileSystem: MemoryFileSystem;
  readonly clock: StillClock;
  readonly events: string[];
}

export async function openMemory(
  options: Partial<LogStorageOptions> & { fileSystem?: MemoryFileSystem } = {},
): Promise<Opened> {
  const fileSystem = options.fileSystem ?? new MemoryFileSystem();
  const clock = new StillClock();
  const events: string[] = [];
  const storage = await openLogStorage({
    directory: '/data',
    clock,
    onEvent: (event) => events.push(event.message),
    ...options,
    fileSystem,
  });
  return { storage, fileSystem, clock, events };
}

export function createLog(
  storage: LogStorage,
  config: Partial<LogConfig> = {},
  topic = 'orders',
): Promise<PartitionLog> {
  return storage.create(topic, 0, { topicId: randomUuid(), config: { ...defaultLogConfig, ...config } });
}

export async function append(log: PartitionLog, options: BatchOptions = {}) {
  const result = log.append([batch(options)], { origin: 'client' });
  await result.durable;
  return result;
}

/** Values of the records that a read returned, from `offset` on. */
export function valuesOf(read: LogRead, offset = 0): string[] {
  return [...batchesIn(read.records)]
    .flatMap((found) => [...decodeRecords(found)])
    .filter((record) => record.offset >= offset)
    .map((record) => record.value!.toString());
}

/** All records from `from` (default: the log's start) to the end, as `offset:value`, read in pieces of `maxBytes`. */
export async function readAll(log: PartitionLog, from = log.logStartOffset, maxBytes = 1000): Promise<string[]> {
  const found: string[] = [];
  for (let offset = from; offset < log.highWatermark;) {
    const read = await log.read(offset, maxBytes);
    for (const piece of batchesIn(read.records)) {
      for (const record of decodeRecords(piece)) {
        if (record.offset >= offset) found.push(`${record.offset}:${record.value!.toString()}`);
      }
    }
    if (read.nextOffset <= offset) throw new Error(`The read at ${offset} does not go on`);
    offset = read.nextOffset;
  }
  return found;
}

/** A generator of pseudo-random numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
