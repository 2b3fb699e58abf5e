import { describe, expect, it } from '@jest/globals';
import type { MemoryFileSystem } from '../file-system/memory-file-system.ts';
import type { LogConfig } from '../log-config.ts';
import { createLog, openMemory, type Opened, seededRandom, startMs } from '../testing/log-fixtures.ts';
import { appendTo, CompactedLogModel, endTransaction, readCommitted, readTable } from './testing/compacted-log.ts';

const config: Partial<LogConfig> = {
  cleanupCompact: true,
  cleanupDelete: false,
  minCleanableDirtyRatio: 0,
  segmentBytes: 800,
  indexIntervalBytes: 150,
};

/** So that several segments become one. */
const cleaningConfig = { ...config, segmentBytes: 2500 };

function cleaned({ storage }: Opened) {
  const log = storage.get('orders', 0)!;
  log.updateConfig({ ...log.config, ...cleaningConfig });
  return log;
}

/** A log of several segments with what compaction has to decide on: old values, tombstones, transactions of both ends. */
async function write(opened: Opened, model: CompactedLogModel): Promise<void> {
  const log = await createLog(opened.storage, config);
  const timestampMs = startMs;
  for (let round = 0; round < 14; round++) {
    const records = [0, 1, 2].map((index) => ({ key: `k${(round + index) % 5}`, value: `v${round}`.padEnd(40, '.') }));
    await appendTo(log, model, { records, timestampMs, compression: (round % 5) as 0 });
    await appendTo(log, model, { records: [{ key: `gone${round % 3}`, value: null }], timestampMs });
    const producerId = 7 + (round % 2);
    const key = `t${round % 4}`;
    await appendTo(log, model, {
      records: [{ key, value: `t${round}` }],
      timestampMs,
      producerId,
      transactional: true,
    });
    if (round % 3 !== 2) await endTransaction(log, model, { producerId, committed: round % 3 === 0, timestampMs });
  }
  for (const producerId of [7, 8]) {
    if (model.hasOpenTransaction(producerId))
      await endTransaction(log, model, { producerId, committed: true, timestampMs });
  }
}

/** Calls back before each operation of the file system. */
function onEachOperation(fileSystem: MemoryFileSystem, look: (operation: string, path: string) => void): void {
  fileSystem.fault = (operation, path) => {
    look(operation, path);
    return undefined;
  };
}

/** The log's files that nobody knows: drafts, and side files of segments that are gone. */
function leftovers(fileSystem: MemoryFileSystem): string[] {
  const names = fileSystem.list('/data/orders-0').map(({ name }) => name);
  return names.filter((name) => {
    if (/\.(cleaned|swap|deleted|tmp)$/.test(name)) return true;
    const side = /^(\d{20})\.(index|timeindex|txnindex)$/.exec(name);
    return side !== null && !names.includes(`${side[1]}.log`);
  });
}

function producersOf({ storage }: Opened): string[] {
  return storage
    .get('orders', 0)!
    .activeProducers()
    .map(({ producerId, lastSequence, currentTransactionStartOffset }) =>
      [producerId, lastSequence, currentTransactionStartOffset].join(),
    )
    .sort();
}

/** What was found at each step: a disk after a crash there, and what had been acknowledged by then. */
interface Found {
  readonly step: string;
  readonly disk: MemoryFileSystem;
  readonly acknowledgedEnd: number;
}

const thorough = Number(process.env['HEADWATER_THOROUGH'] ?? 1);
/** Share of the steps at which it is crashed, and of those of the start that follows at which that is crashed too. */
const crashes = 0.12 * thorough;
const secondCrashes = 0.01 * thorough;

describe('compaction that a crash interrupts at any step', () => {
  it.each([
    ['fsync', 1],
    ['fsync', 2],
    ['os', 3],
  ] as const)(
    'loses no latest value, changes no offset and leaves no files behind (flush=%s, seed %i)',
    async (flush, seed) => {
      const random = seededRandom(seed);
      // With `os` the promise covers the end of the process, not of the power.
      const crash = (disk: MemoryFileSystem) => (flush === 'fsync' ? disk.crash(random) : disk.kill());
      const opened = await openMemory({ flush });
      const model = new CompactedLogModel();
      await write(opened, model);
      const { storage, fileSystem } = opened;
      const log = cleaned(opened);
      const history = new Map(model.committed().map((line) => [Number(line.split(':')[0]), line]));
      const producers = producersOf(opened);
      let acknowledgedEnd = log.highWatermark;

      const found: Found[] = [];
      let count = 0;
      onEachOperation(fileSystem, (operation, path) => {
        const step = `${count++} ${operation} ${path}`;
        if (random() < crashes) found.push({ step, disk: crash(fileSystem), acknowledgedEnd });
      });
      const compaction = storage.compact(); // appends go on meanwhile
      const before = log.logEndOffset;
      for (let value = 0; value < 5; value++) {
        const batch = { records: [{ key: `new${value}`, value: 'x' }], timestampMs: startMs };
        history.set(log.logEndOffset, `${log.logEndOffset}:new${value}=x`);
        await appendTo(log, model, batch);
        acknowledgedEnd = log.highWatermark;
      }
      await compaction;
      fileSystem.fault = undefined;
      expect(log.logEndOffset).toBe(before + 5);
      expect(storage.cleanerStatus().totals).toMatchObject({ cleanings: 1, failures: 0 });
      expect(count).toBeGreaterThan(60);
      expect(found.length).toBeGreaterThan(5);
      expect(leftovers(fileSystem)).toEqual([]);

      const check = async ({ step, disk, acknowledgedEnd: end }: Found): Promise<Opened> => {
        const reopened = await openMemory({ fileSystem: disk, flush });
        const survivor = cleaned(reopened);
        expect({ step, leftovers: leftovers(disk) }).toEqual({ step, leftovers: [] });
        const { logEndOffset } = survivor;
        expect({ step, logEndOffset }).toEqual({ step, logEndOffset: Math.max(logEndOffset, end) });
        const lines = await readCommitted(survivor);
        expect({ step, lines }).toEqual({ step, lines: lines.map((line) => history.get(Number(line.split(':')[0]))) });
        const expected = new CompactedLogModel();
        expected.records = model.records.filter(({ offset }) => offset < survivor.logEndOffset);
        expect({ step, table: await readTable(survivor) }).toEqual({ step, table: expected.table() });
        expect({ step, producers: producersOf(reopened) }).toEqual({ step, producers });
        return reopened;
      };

      for (const one of found) {
        const swaps = one.disk.list('/data/orders-0').some(({ name }) => name.endsWith('.log.swap'));
        const again: Found[] = [];
        if (swaps) {
          // The start that completes the compaction is interrupted too.
          const { disk } = one;
          onEachOperation(disk, (operation, path) => {
            if (random() >= secondCrashes) return;
            again.push({ ...one, step: `${one.step}, then ${operation} ${path}`, disk: crash(disk) });
          });
        }
        const reopened = await check(one);
        one.disk.fault = undefined;
        for (const second of again) await check(second);
        await reopened.storage.compact();
        expect(leftovers(one.disk)).toEqual([]);
        expect(await readTable(reopened.storage.get('orders', 0)!)).toBeInstanceOf(Map);
        expect(reopened.storage.cleanerStatus().totals.failures).toBe(0);
      }
    },
    120_000,
  );

  it.each(['EIO', 'ENOSPC'])(
    'goes on with the old or the new segments when any one operation fails with %s',
    async (code) => {
      const first = await openMemory();
      const model = new CompactedLogModel();
      await write(first, model);
      await first.storage.close();

      const failAt = async (failing: number): Promise<number> => {
        const { storage, fileSystem, clock } = await openMemory({ fileSystem: first.fileSystem.kill() });
        const log = storage.get('orders', 0)!;
        log.updateConfig({ ...log.config, ...cleaningConfig });
        let count = 0;
        fileSystem.fault = () => (count++ === failing ? code : undefined);
        await storage.compact();
        fileSystem.fault = undefined;
        expect(await readTable(log)).toEqual(model.table());

        // The next try, after a while, has it right; so has a start from what a power cut leaves at once.
        const survivor = await openMemory({ fileSystem: fileSystem.crash() });
        expect(await readTable(survivor.storage.get('orders', 0)!)).toEqual(model.table());
        clock.nowMs += 120_000;
        await storage.compact();
        expect(storage.cleanerStatus().logs[0]!.failure).toBeUndefined();
        expect(storage.cleanerStatus().logs[0]!.cleanableBytes).toBe(0);
        expect(await readTable(log)).toEqual(model.table());
        await storage.close();
        expect({ failing, leftovers: leftovers(fileSystem) }).toEqual({ failing, leftovers: [] });
        expect({ failing, openHandles: fileSystem.openHandles }).toEqual({ failing, openHandles: 0 });
        return count;
      };
      const operations = await failAt(-1);
      expect(operations).toBeGreaterThan(60);
      for (let failing = 0; failing < operations; failing++) await failAt(failing);
    },
    120_000,
  );
});
