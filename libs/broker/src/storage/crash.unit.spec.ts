import { describe, expect, it } from '@jest/globals';
import { KafkaError } from '../protocol/index.ts';
import { MemoryFileSystem } from './file-system/memory-file-system.ts';
import type { PartitionLog } from './partition-log.ts';
import { batch, createLog, openMemory, readAll, seededRandom } from './testing/log-fixtures.ts';

/** What a producer knows: the outcome of each of its batches, in order of their sequence. */
interface Sent {
  readonly sequence: number;
  readonly values: string[];
  baseOffset: number;
  acknowledged: boolean;
}

const config = { segmentBytes: 1500, indexIntervalBytes: 200 };
const seeds = Array.from(
  { length: 8 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) },
  (_, index) => 7919 * (index + 1),
);

/** Lets a random number of microtasks and, now and then, a turn of the event loop pass. */
async function pause(random: () => number): Promise<void> {
  for (let count = Math.floor(random() * 6); count > 0; count--) await Promise.resolve();
  if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
}

function send(log: PartitionLog, sequence: number, random: () => number): Sent {
  const values = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => `${sequence + index}`);
  const sized = random() < 0.1 ? { valueBytes: 5000 } : {};
  const bytes = batch({
    values: sized.valueBytes ? [String(sequence)] : values,
    producerId: 9,
    producerEpoch: 0,
    baseSequence: sequence,
  });
  const result = log.append([bytes], { origin: 'client' });
  const sent: Sent = {
    sequence,
    values: sized.valueBytes ? [String(sequence)] : values,
    baseOffset: result.baseOffset,
    acknowledged: false,
  };
  result.durable.then(
    () => (sent.acknowledged = true),
    () => undefined,
  );
  return sent;
}

describe.each(['fsync', 'os'] as const)('a log with flush=%s that crashes again and again', (flush) => {
  it.each(seeds)('keeps all that it acknowledged, in place, and goes on without a gap (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    let fileSystem = new MemoryFileSystem();
    /** Value at each offset that was acknowledged. */
    const acknowledged: string[] = [];
    let lastSent: Sent[] = [];
    for (let cycle = 0; cycle < 6; cycle++) {
      const { storage } = await openMemory({ fileSystem, flush, tailCacheBytes: 3000, checkpointBytes: 1 });
      const log = storage.get('orders', 0) ?? (await createLog(storage, config));
      log.updateConfig({ ...log.config, ...config });

      const found = await readAll(log);
      expect(found.length).toBe(log.logEndOffset);
      expect(found.slice(0, acknowledged.length)).toEqual(acknowledged.map((value, offset) => `${offset}:${value}`));
      // Each value is its own sequence number: what follows the acknowledged part is what was sent next, without a gap.
      expect(found).toEqual(found.map((_, offset) => `${offset}:${offset}`));
      acknowledged.length = 0;
      for (let offset = 0; offset < log.logEndOffset; offset++) acknowledged.push(String(offset));
      let nextSequence = log.logEndOffset;

      // A retry of what is there is recognized: at least the last batch, which every snapshot has.
      const last = lastSent.findLast((sent) => sent.sequence + sent.values.length === log.logEndOffset);
      if (last) {
        const retry = log.append(
          [batch({ values: last.values, producerId: 9, producerEpoch: 0, baseSequence: last.sequence })],
          { origin: 'client' },
        );
        expect([retry.duplicate, retry.baseOffset]).toEqual([true, last.baseOffset]);
      }

      const sent: Sent[] = [];
      for (let step = Math.floor(random() * 60); step > 0; step--) {
        const one = send(log, nextSequence, random);
        expect(one.baseOffset).toBe(nextSequence);
        nextSequence += one.values.length;
        sent.push(one);
        if (random() < 0.4) await pause(random);
        if (random() < 0.03) await storage.checkpoint();
      }
      if (random() < 0.2) {
        await storage.close();
        sent.forEach((one) => expect(one.acknowledged).toBe(true));
      }
      // With `os` the promise covers the end of the process, not of the power.
      fileSystem = flush === 'fsync' ? fileSystem.crash(random) : fileSystem.kill();
      for (const one of sent.filter((candidate) => candidate.acknowledged)) acknowledged.push(...one.values);
      lastSent = sent;
    }
  });
});

describe('a log with flush=os after a power cut', () => {
  it.each(seeds.slice(0, 10))('is cut to a whole first part of what was written (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    let fileSystem = new MemoryFileSystem();
    for (let cycle = 0; cycle < 5; cycle++) {
      const { storage } = await openMemory({ fileSystem, flush: 'os', checkpointBytes: 1 });
      const log = storage.get('orders', 0) ?? (await createLog(storage, config));
      log.updateConfig({ ...log.config, ...config });
      const found = await readAll(log);
      expect(found).toEqual(found.map((_, offset) => `${offset}:${offset}`));
      let sequence = log.logEndOffset;
      for (let step = 0; step < 40; step++) {
        const one = send(log, sequence, random);
        sequence += one.values.length;
        if (random() < 0.4) await pause(random);
        if (random() < 0.05) await storage.checkpoint();
      }
      fileSystem = fileSystem.crash(random);
    }
  });
});

describe('a log whose disk fails now and then', () => {
  it.each(seeds)(
    'rejects what it could not write, keeps the rest, and goes on without a hole (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const fileSystem = new MemoryFileSystem();
      const { storage } = await openMemory({ fileSystem, tailCacheBytes: 2000, checkpointBytes: 1 });
      const log = await createLog(storage, config);
      const acknowledged = new Map<number, string>();
      let failures = 0;
      for (let step = 0; step < 150; step++) {
        const failing = random() < 0.2;
        fileSystem.fault = failing
          ? (operation) => (operation !== 'read' && random() < 0.4 ? (random() < 0.5 ? 'ENOSPC' : 'EIO') : undefined)
          : undefined;
        const outcomes: Promise<void>[] = [];
        for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
          const value = `${step}/${count}`;
          const result = log.append([batch({ values: [value] })], { origin: 'client' });
          outcomes.push(
            result.durable.then(
              () => void acknowledged.set(result.baseOffset, value),
              (error: unknown) => {
                failures++;
                expect(error).toBeInstanceOf(KafkaError);
                expect((error as KafkaError).errorName).toBe('KAFKA_STORAGE_ERROR');
              },
            ),
          );
          if (random() < 0.5) await pause(random);
        }
        await Promise.all(outcomes);
        expect(log.highWatermark).toBe(log.logEndOffset);
        if (random() < 0.05) await storage.checkpoint().catch(() => undefined);
      }
      fileSystem.fault = undefined;
      expect(failures).toBeGreaterThan(0);
      const expected = Array.from({ length: log.logEndOffset }, (_, offset) => `${offset}:${acknowledged.get(offset)}`);
      expect(await readAll(log)).toEqual(expected);
      const after = await openMemory({ fileSystem: fileSystem.crash(random) });
      const survived = await readAll(after.storage.get('orders', 0)!);
      expect(survived.slice(0, expected.length)).toEqual(expected);
    },
  );
});
