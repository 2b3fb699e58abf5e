import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Compression } from '../../protocol/index.ts';
import type { MemoryFileSystem } from '../file-system/memory-file-system.ts';
import type { LogConfig } from '../log-config.ts';
import type { LogStorage } from '../log-storage.ts';
import type { PartitionLog } from '../partition-log.ts';
import { createLog, openMemory, type Opened, seededRandom, startMs } from '../testing/log-fixtures.ts';
import { defaultCleanerSettings } from './index.ts';
import { appendTo, CompactedLogModel, endTransaction, readCommitted, readRaw } from './testing/compacted-log.ts';

const deleteRetentionMs = 1000;

const config: Partial<LogConfig> = {
  cleanupCompact: true,
  cleanupDelete: false,
  minCleanableDirtyRatio: 0,
  deleteRetentionMs,
  segmentBytes: 900,
  indexIntervalBytes: 150,
};

const record = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'ключ', ''),
  value: fc.option(fc.string({ maxLength: 60 }), { freq: 4 }),
});

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      records: fc.array(record, { minLength: 1, maxLength: 4 }),
      producerId: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      transactional: fc.boolean(),
      compression: fc.constantFrom(...Object.values(Compression)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producerId: fc.integer({ min: 1, max: 3 }),
      committed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reopen' as const), how: fc.constantFrom('close', 'kill', 'crash') }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A log and its model, taken through steps. */
class Run {
  readonly model = new CompactedLogModel();
  opened: Opened | undefined;
  nowMs = startMs;
  readonly #mapBytes: number;
  readonly #random: () => number;

  constructor(mapBytes: number, seed: number) {
    this.#mapBytes = mapBytes;
    this.#random = seededRandom(seed);
  }

  get log(): PartitionLog {
    return this.opened!.storage.get('orders', 0)!;
  }

  async open(fileSystem?: MemoryFileSystem): Promise<void> {
    const opened = await openMemory({
      ...(fileSystem && { fileSystem }),
      cleaner: () => ({ ...defaultCleanerSettings, mapBytes: this.#mapBytes }),
    });
    this.opened = opened;
    opened.clock.nowMs = this.nowMs;
    if (!opened.storage.get('orders', 0)) await createLog(opened.storage, config);
    this.log.updateConfig({ ...this.log.config, ...config });
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'append':
        return this.#append(one);
      case 'end': {
        const { producerId, committed } = one;
        if (!this.model.hasOpenTransaction(producerId)) return;
        return endTransaction(this.log, this.model, { producerId, committed, timestampMs: this.nowMs });
      }
      case 'wait':
        this.nowMs += one.ms;
        this.opened!.clock.nowMs = this.nowMs;
        return;
      case 'compact':
        return this.compact();
      case 'reopen':
        return this.#reopen(one.how);
    }
  }

  async compact(): Promise<void> {
    const { storage } = this.opened!;
    const { cleanings } = storage.cleanerStatus().totals;
    await storage.compact();
    const { logs, totals } = storage.cleanerStatus();
    expect(totals.failures).toBe(0);
    if (totals.cleanings > cleanings) {
      this.model.clean(logs[0]!.firstDirtyOffset, this.nowMs, deleteRetentionMs);
      // Aborted records are gone, not only hidden.
      expect((await readRaw(this.log)).records).toEqual(this.model.records.map(({ offset }) => offset));
    }
    await this.check();
  }

  async check(): Promise<void> {
    const expected = this.model.committed();
    expect(await readCommitted(this.log)).toEqual(expected);
    expect(await readCommitted(this.log, 1)).toEqual(expected);
  }

  async #append({ records, producerId, transactional, compression }: Extract<Step, { kind: 'append' }>): Promise<void> {
    const isTransactional = producerId !== undefined && (transactional || this.model.hasOpenTransaction(producerId));
    const batch = { records, producerId, transactional: isTransactional, compression, timestampMs: this.nowMs };
    await appendTo(this.log, this.model, batch);
  }

  async #reopen(how: 'close' | 'kill' | 'crash'): Promise<void> {
    const { storage, fileSystem } = this.opened!;
    const before = producersOf(storage);
    if (how === 'close') await storage.close();
    await this.open(how === 'crash' ? fileSystem.crash(this.#random) : fileSystem.kill());
    expect(producersOf(this.opened!.storage)).toEqual(before);
    await this.check();
  }
}

/** Where each producer goes on. */
function producersOf(storage: LogStorage): string[] {
  const producers = storage.get('orders', 0)!.activeProducers();
  return producers
    .filter(({ lastSequence }) => lastSequence >= 0)
    .map(({ producerId, lastSequence, currentTransactionStartOffset }) =>
      [producerId, lastSequence, currentTransactionStartOffset].join(),
    )
    .sort();
}

const seed = Number(process.env['COMPACTION_SEED'] ?? 20260101);
const runs = 30 * Number(process.env['HEADWATER_THOROUGH'] ?? 1);

describe('a compacted log', () => {
  // A map of 8 slots takes 5 keys: then a cleaning needs several passes.
  it.each([1024 * 1024, 1])(
    `holds what a model of compaction holds, whatever is written, cleaned, crashed in between (map of %i bytes, seed ${seed})`,
    async (mapBytes) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(), async (steps, crashSeed) => {
          const run = new Run(mapBytes, crashSeed);
          await run.open();
          for (const one of steps) await run.take(one);
          await run.compact();
          // Everything that is over can go in the end.
          run.nowMs += 2 * deleteRetentionMs;
          run.opened!.clock.nowMs = run.nowMs;
          await run.take({ kind: 'reopen', how: 'crash' });
          await run.compact();
        }),
        { seed, numRuns: runs, endOnFailure: process.env['COMPACTION_SHRINK'] === undefined },
      );
    },
    120_000,
  );
});
