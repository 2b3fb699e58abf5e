import { describe, expect, it } from '@jest/globals';
import { ErrorCode, encodeTransactionMarker } from '../protocol/index.ts';
import type { MemoryFileSystem } from './file-system/memory-file-system.ts';
import type { PartitionLog } from './partition-log.ts';
import { batch, createLog, openMemory, readAll, seededRandom, startMs, valuesOf } from './testing/log-fixtures.ts';

/** Writes transactional batches of producers, with their sequences, and markers. */
class Producers {
  readonly #log: PartitionLog;
  readonly #sequences = new Map<number, number>();

  constructor(log: PartitionLog, sequences = new Map<number, number>()) {
    this.#log = log;
    this.#sequences = sequences;
  }

  async write(producerId: number, value = 'v', producerEpoch = 0): Promise<number> {
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + 1);
    const bytes = batch({ values: [value], producerId, producerEpoch, baseSequence, transactional: true });
    const { baseOffset, durable } = this.#log.append([bytes], { origin: 'client' });
    await durable;
    return baseOffset;
  }

  async end(producerId: number, committed: boolean, coordinatorEpoch = 0): Promise<number> {
    const { baseOffset, durable } = this.#log.append([marker(producerId, committed, coordinatorEpoch)], {
      origin: 'coordinator',
    });
    await durable;
    return baseOffset;
  }
}

function marker(producerId: number, committed: boolean, coordinatorEpoch = 0): Buffer {
  return encodeTransactionMarker({ producerId, producerEpoch: 0, committed, coordinatorEpoch, timestampMs: startMs });
}

async function openLog(fileSystem?: MemoryFileSystem) {
  const opened = await openMemory({ checkpointBytes: 0, ...(fileSystem && { fileSystem }) });
  const log = opened.storage.get('orders', 0) ?? (await createLog(opened.storage, { segmentBytes: 2000 }));
  return { ...opened, log, producers: new Producers(log) };
}

describe('a log with transactions', () => {
  it('keeps the last stable offset at the oldest open transaction until its marker is durable', async () => {
    const { log, producers, fileSystem } = await openLog();
    await log.append([batch()], { origin: 'client' }).durable;
    expect(log.lastStableOffset).toBe(1);
    await producers.write(7);
    await producers.write(8);
    expect([log.lastStableOffset, log.highWatermark]).toEqual([1, 3]);
    await producers.end(8, true);
    expect(log.lastStableOffset).toBe(1);
    const ending = producers.end(7, true);
    expect(log.lastStableOffset).toBe(1);
    await ending;
    expect([log.lastStableOffset, log.highWatermark]).toEqual([5, 5]);
    expect(fileSystem.list('/data/orders-0').some(({ name }) => name.endsWith('.txnindex'))).toBe(false);
  });

  it('gives readers of committed records nothing from the last stable offset on', async () => {
    const { log, producers } = await openLog();
    await log.append([batch({ values: ['plain'] })], { origin: 'client' }).durable;
    await producers.write(7, 'open');
    await log.append([batch({ values: ['behind'] })], { origin: 'client' }).durable;
    expect(valuesOf(await log.read(0, 10_000, { committedOnly: true }))).toEqual(['plain']);
    expect(await log.read(1, 10_000, { committedOnly: true })).toMatchObject({ sizeBytes: 0, nextOffset: 1 });
    expect(await log.read(2, 10_000, { committedOnly: true })).toMatchObject({ sizeBytes: 0, nextOffset: 2 });
    expect(valuesOf(await log.read(0, 10_000))).toEqual(['plain', 'open', 'behind']);
    await producers.end(7, true);
    const read = await log.read(0, 10_000, { committedOnly: true });
    expect(read.nextOffset).toBe(4);
  });

  it('lists the aborted transactions of a range', async () => {
    const { log, producers } = await openLog();
    await producers.write(7);
    await producers.write(8);
    await producers.write(9);
    await producers.end(8, false);
    await producers.end(7, true);
    await producers.end(9, false);
    await producers.write(9);
    await producers.end(9, false);
    expect(log.abortedTransactions(0, 8)).toEqual([
      { producerId: 8, firstOffset: 1 },
      { producerId: 9, firstOffset: 2 },
      { producerId: 9, firstOffset: 6 },
    ]);
    expect(log.abortedTransactions(4, 6)).toEqual([{ producerId: 9, firstOffset: 2 }]);
    expect(log.abortedTransactions(6, 7)).toEqual([{ producerId: 9, firstOffset: 6 }]);
  });

  it('does not mind a marker of a producer that wrote nothing', async () => {
    const { log, producers } = await openLog();
    await producers.write(7);
    await producers.end(8, false);
    expect(log.lastStableOffset).toBe(0);
    await producers.end(7, true);
    expect([log.lastStableOffset, log.abortedTransactions(0, 3)]).toEqual([3, []]);
    expect(log.activeProducers().map(({ producerId }) => producerId)).toEqual([7, 8]);
  });

  it('refuses markers of an older coordinator, and records outside of an open transaction', async () => {
    const { log, producers } = await openLog();
    await producers.write(7);
    await producers.end(7, true, 3);
    await expect(producers.end(7, true, 2)).rejects.toMatchObject({ code: ErrorCode.TRANSACTION_COORDINATOR_FENCED });
    await producers.write(7);
    const outside = batch({ producerId: 7, producerEpoch: 0, baseSequence: 2 });
    expect(() => log.append([outside], { origin: 'client' })).toThrow(
      expect.objectContaining({ code: ErrorCode.INVALID_TXN_STATE }),
    );
  });

  it('forgets a marker that could not be written', async () => {
    const { log, producers, fileSystem } = await openLog();
    await producers.write(7);
    fileSystem.fault = (operation) => (operation === 'write' || operation === 'sync' ? 'EIO' : undefined);
    await expect(producers.end(7, false)).rejects.toMatchObject({ code: ErrorCode.KAFKA_STORAGE_ERROR });
    fileSystem.fault = undefined;
    expect([log.lastStableOffset, log.abortedTransactions(0, 1)]).toEqual([0, []]);
    expect(log.activeProducers()[0]?.currentTransactionStartOffset).toBe(0);
    await producers.end(7, true);
    expect([log.lastStableOffset, log.abortedTransactions(0, 2)]).toEqual([2, []]);
  });

  it.each(['missing', 'cut', 'wrong'])('makes an index of aborted transactions anew that is %s', async (how) => {
    const { log, producers, storage, fileSystem } = await openLog();
    for (let round = 0; round < 10; round++) {
      await producers.write(7, 'x'.repeat(300));
      await producers.end(7, false);
    }
    const expected = log.abortedTransactions(0, 20);
    expect(expected).toHaveLength(10);
    if (how !== 'missing') await storage.close();
    // After an orderly end a missing file says that nothing was aborted.
    const crashed = how === 'missing' ? fileSystem.crash() : fileSystem;
    const names = crashed.list('/data/orders-0').map(({ name }) => name);
    for (const name of names.filter((found) => found.endsWith('.txnindex'))) {
      const file = crashed.open(`/data/orders-0/${name}`, 'write');
      if (how === 'cut') file.truncate(30);
      if (how === 'wrong') await file.write([Buffer.from([9, 9])], 0);
      file.close();
      if (how === 'missing') await crashed.remove(`/data/orders-0/${name}`);
    }
    const again = await openLog(crashed);
    expect(again.log.abortedTransactions(0, 20)).toEqual(expected);
    expect(again.log.lastStableOffset).toBe(20);
  });
});

describe('the index of aborted transactions', () => {
  it('that was lost and made anew is durable before a later start trusts it', async () => {
    const first = await openLog();
    for (let round = 0; round < 4; round++) {
      await first.producers.write(7, 'x'.repeat(300));
      await first.producers.end(7, false);
    }
    await first.storage.checkpoint();
    const expected = first.log.abortedTransactions(0, 8);
    expect(expected).toHaveLength(4);
    // Side files lose their names, the recovery point stays.
    const second = await openLog(first.fileSystem.crash());
    expect(second.log.abortedTransactions(0, 8)).toEqual(expected);
    // Begins the next segment, at the recovery point.
    second.log.updateConfig({ ...second.log.config, segmentBytes: 2000 });
    await second.producers.write(8, 'x'.repeat(300));
    expect(second.fileSystem.list('/data/orders-0').filter(({ name }) => name.endsWith('.log'))).toHaveLength(2);
    const third = await openLog(second.fileSystem.kill());
    expect(third.log.abortedTransactions(0, 8)).toEqual(expected);
    const fourth = await openLog(second.fileSystem.crash());
    expect(fourth.log.abortedTransactions(0, 8)).toEqual(expected);
  });
});

interface Model {
  readonly open: Map<number, number>;
  /** By the offset of the marker. */
  aborted: { readonly producerId: number; readonly firstOffset: number; readonly markerOffset: number }[];
}

function expectModel(log: PartitionLog, model: Model): void {
  const stable = Math.min(log.highWatermark, ...model.open.values());
  expect(log.lastStableOffset).toBe(stable);
  for (let from = 0; from <= stable; from += 3) {
    const expected = model.aborted.filter(
      ({ firstOffset, markerOffset }) => markerOffset >= from && firstOffset < stable,
    );
    const found = log.abortedTransactions(from, stable);
    const names = found.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`);
    expect(names).toEqual(expected.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`));
  }
}

describe('a log with transactions that crashes again and again', () => {
  it.each(Array.from({ length: 10 }, (_, index) => 500 + index))(
    'knows after each start which are open and which were aborted (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      let fileSystem: MemoryFileSystem | undefined;
      const model: Model = { open: new Map(), aborted: [] };
      const sequences = new Map<number, number>();
      for (let cycle = 0; cycle < 4; cycle++) {
        const opened = await openLog(fileSystem);
        const { log, storage } = opened;
        expectModel(log, model);
        const producers = new Producers(log, sequences);
        for (let step = 0; step < 40; step++) {
          const producerId = Math.floor(random() * 4);
          const firstOffset = model.open.get(producerId);
          if (firstOffset !== undefined && random() < 0.4) {
            const committed = random() < 0.5;
            const markerOffset = await producers.end(producerId, committed);
            model.open.delete(producerId);
            if (!committed) model.aborted.push({ producerId, firstOffset, markerOffset });
          } else {
            const offset = await producers.write(producerId, 'x'.repeat(1 + Math.floor(random() * 300)));
            if (firstOffset === undefined) model.open.set(producerId, offset);
          }
          if (random() < 0.2) expectModel(log, model);
          if (random() < 0.05) await storage.checkpoint();
        }
        expectModel(log, model);
        expect((await readAll(log)).length).toBe(log.highWatermark);
        if (random() < 0.4) await storage.close();
        fileSystem = random() < 0.5 ? opened.fileSystem.crash(random) : opened.fileSystem.kill();
      }
    },
  );
});
