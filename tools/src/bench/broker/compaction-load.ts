/** Fills a compacted log and has it cleaned, in this process: how fast that is. Takes CompactionLoad, prints a CompactionResult. */
import { openLogStorage, defaultLogConfig } from '@headwater/broker-core/storage';
import { randomUUID } from 'node:crypto';
import { encodeRecord, encodeRecords } from '../load/batch.ts';
import { finish, readOptions } from '../load/programs.ts';
import type { CompactionLoad, CompactionResult } from './compaction.ts';

const { directory, wantedBytes, keys } = readOptions() as CompactionLoad;
const recordsPerBatch = 150;
const batchesInFlight = 64;
const value = Buffer.alloc(90, 'v');
const config = {
  ...defaultLogConfig,
  cleanupDelete: false,
  cleanupCompact: true,
  minCleanableDirtyRatio: 0,
  segmentBytes: 16 * 1024 * 1024,
};

/** Batches that name each key once, in all. */
const batches = Array.from({ length: Math.ceil(keys / recordsPerBatch) }, (_, number) =>
  encodeRecords(
    Array.from({ length: recordsPerBatch }, (__, delta) =>
      encodeRecord(delta, Buffer.from(`key-${number * recordsPerBatch + delta}`), value),
    ),
  ),
);

/** It works when it is told to, and not before. */
const cleaner = {
  enabled: true,
  backoffMs: 86_400_000,
  mapBytes: 128 * 1024 * 1024,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

const storage = await openLogStorage({ directory, flush: 'os', cleaner: () => cleaner });
const log = await storage.create('bench', 0, { topicId: randomUUID(), config });
let appended = 0;
for (let number = 0, durable: Promise<void>[] = []; appended < wantedBytes; number++) {
  // The log writes its offsets into what it is given.
  const batch = Buffer.from(batches[number % batches.length]!);
  appended += batch.length;
  durable.push(log.append([batch], { origin: 'client' }).durable);
  if (durable.length < batchesInFlight) continue;
  await Promise.all(durable);
  durable = [];
}
const startedMs = performance.now();
await storage.compact();
const milliseconds = performance.now() - startedMs;
const { totals } = storage.cleanerStatus();
await storage.close();
if (totals.cleanings === 0 || totals.keptRecords === 0 || totals.keptRecords >= totals.readRecords)
  throw new Error(`The log was not cleaned: ${JSON.stringify(totals)}`);
const cleanedBytes = totals.writtenBytes + totals.freedBytes;
const result: CompactionResult = {
  milliseconds,
  cleanedBytes,
  records: Math.round((cleanedBytes / batches[0]!.length) * recordsPerBatch),
};
finish(result);
