import { describe, expect, it } from '@jest/globals';
import { batchesIn, encodeBatch, randomUuid, type Chunks } from '../../protocol/index.ts';
import type { LogConfig } from '../log-config.ts';
import { defaultLogConfig } from '../log-config.ts';
import { append, createLog, openMemory, readAll, startMs } from '../testing/log-fixtures.ts';
import { defaultCleanerSettings } from './index.ts';
import { KeyHash } from './key-hash.ts';
import { OffsetMap, slotBytes } from './offset-map.ts';
import {
  appendTo,
  CompactedLogModel,
  endTransaction,
  readCommitted,
  readRaw,
  readTable,
} from './testing/compacted-log.ts';

const compacted: Partial<LogConfig> = {
  cleanupCompact: true,
  cleanupDelete: false,
  minCleanableDirtyRatio: 0,
  segmentBytes: 900,
  indexIntervalBytes: 200,
};

function wholeBatches(chunks: Chunks): Buffer[] {
  return [...batchesIn(chunks)].map((batch) => Buffer.concat(batch.chunks));
}

/** Rounds of values and tombstones for few keys, with transactions of both ends. */
async function writeRounds(
  log: Parameters<typeof appendTo>[0],
  model: CompactedLogModel,
  rounds: number,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const timestampMs = startMs;
    const records = [0, 1, 2].map((index) => ({ key: `k${(round + index) % 7}`, value: `${round}`.padEnd(50, '.') }));
    await appendTo(log, model, { records, timestampMs });
    const producerId = 1 + (round % 2);
    const transactional = {
      records: [{ key: `t${round % 5}`, value: `${round}` }],
      timestampMs,
      producerId,
      transactional: true,
    };
    await appendTo(log, model, transactional);
    await endTransaction(log, model, { producerId, committed: round % 4 < 2, timestampMs });
  }
}

describe('compaction', () => {
  it('leaves batches that lose no record byte for byte, and the others’ offsets and times', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage, compacted);
    const batchOf = (...keys: string[]) =>
      encodeBatch({
        records: keys.map((key, index) => ({
          key: Buffer.from(key),
          value: Buffer.alloc(200, key),
          timestampMs: startMs + index,
        })),
        compression: 1,
      });
    for (const batch of [batchOf('a', 'b'), batchOf('c', 'd'), batchOf('a', 'e'), batchOf('f')]) {
      await log.append([batch], { origin: 'client' }).durable;
    }
    log.updateConfig({ ...log.config, segmentBytes: 1 << 20, segmentMs: 1 });
    await append(log, { timestampMs: startMs + 1000 });
    log.updateConfig({ ...log.config, ...compacted });
    const before = wholeBatches((await log.read(0, 100_000)).records);
    await storage.compact();
    const after = wholeBatches((await log.read(0, 100_000)).records);
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(after[0]).not.toEqual(before[0]);
    expect((await readAll(log))[0]).toMatch(/^1:b/);
  });

  it('keeps tombstones and obsolete markers until delete.retention.ms after they were first cleaned', async () => {
    const { storage, clock } = await openMemory();
    const log = await createLog(storage, { ...compacted, segmentBytes: 400, deleteRetentionMs: 1000 });
    const model = new CompactedLogModel();
    const timestampMs = startMs;
    const write = (key: string, value: string | null) =>
      appendTo(log, model, { records: [{ key, value }], timestampMs });
    const fill = () => write('filler', '.'.repeat(300));
    await write('a', '1');
    await appendTo(log, model, {
      records: [{ key: 'b', value: '2' }],
      timestampMs,
      producerId: 1,
      transactional: true,
    });
    await endTransaction(log, model, { producerId: 1, committed: false, timestampMs });
    await write('a', null);
    // The producer goes on, so that no empty batch of the transaction stays for its sequence.
    await appendTo(log, model, {
      records: [{ key: 'c', value: '3' }],
      timestampMs,
      producerId: 1,
      transactional: true,
    });
    await endTransaction(log, model, { producerId: 1, committed: true, timestampMs });
    const left = async () => {
      await fill();
      await fill();
      await storage.compact();
      const { records, markers } = await readRaw(log);
      return { records: records.filter((offset) => offset < 6), markers };
    };
    // The marker stays once more: in this pass its transaction's data was still there.
    expect(await left()).toEqual({ records: [3, 4], markers: [2, 5] });
    clock.nowMs += 999;
    expect(await left()).toEqual({ records: [3, 4], markers: [2, 5] });
    clock.nowMs += 1;
    expect(await left()).toEqual({ records: [4], markers: [2, 5] });
    clock.nowMs += 1000;
    expect(await left()).toEqual({ records: [4], markers: [5] });
  });

  it('lets reads go on that began before it, in old or new segments, each whole', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage, compacted);
    const model = new CompactedLogModel();
    await writeRounds(log, model, 30);
    const history = new Set(model.committed());
    const table = model.table();
    fileSystem.pause = () => new Promise((resolve) => setImmediate(resolve));
    let isRunning = true;
    const compaction = storage.compact().finally(() => (isRunning = false));
    let reads = 0;
    while (isRunning) {
      const readers = [50, 300, 5000].map((maxBytes) => readCommitted(log, maxBytes));
      for (const lines of await Promise.all(readers)) {
        // Nothing of an aborted transaction, nothing twice, nothing out of order, nothing that was never written.
        expect(lines.filter((line) => !history.has(line))).toEqual([]);
        const offsets = lines.map((line) => Number(line.split(':')[0]));
        expect(offsets).toEqual([...new Set(offsets)].sort((one, other) => one - other));
        reads++;
      }
    }
    await compaction;
    expect(reads).toBeGreaterThan(3);
    fileSystem.pause = () => Promise.resolve();
    expect(await readTable(log)).toEqual(table);
    expect(storage.cleanerStatus().totals.freedBytes).toBeGreaterThan(0);
  });

  it('gives way to deletion, to DeleteRecords and to the end of the storage', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage, compacted);
    const other = await createLog(storage, compacted, 'other');
    await writeRounds(log, new CompactedLogModel(), 20);
    const model = new CompactedLogModel();
    await writeRounds(other, model, 20);
    fileSystem.pause = () => new Promise((resolve) => setImmediate(resolve));
    const first = storage.compact();
    await log.deleteRecordsBefore(log.highWatermark - 5);
    await first;
    expect((await readAll(log)).length).toBeLessThanOrEqual(5);
    expect(await readTable(other)).toEqual(model.table());

    await writeRounds(other, model, 20);
    const second = storage.compact();
    await new Promise((resolve) => setImmediate(resolve));
    await storage.delete('other', 0);
    const again = await storage.create('other', 0, {
      topicId: randomUuid(),
      config: { ...defaultLogConfig, ...compacted },
    });
    await second;
    expect(await readAll(again)).toEqual([]);
    expect(fileSystem.list('/data/other-0').filter(({ name }) => /cleaned|swap|\.log$/.test(name))).toEqual([]);

    await writeRounds(again, new CompactedLogModel(), 20);
    void storage.compact();
    await new Promise((resolve) => setImmediate(resolve));
    await storage.close();
    expect(fileSystem.openHandles).toBe(0);
    expect(storage.cleanerStatus().totals.failures).toBe(0);
  });

  it('leaves a log with a damaged batch alone, and says why', async () => {
    const { storage, fileSystem, events } = await openMemory();
    const log = await createLog(storage, compacted);
    for (let value = 0; value < 30; value++) await append(log, { values: [`${value}`.padEnd(50, '.'), 'sound'] });
    const path = '/data/orders-0/00000000000000000000.log';
    const file = fileSystem.open(path, 'write');
    // A value of the first batch.
    const at = fileSystem.readFile(path)!.indexOf('sound');
    file.writeNow([Buffer.from('S')], at);
    file.close();
    const before = fileSystem.readFile(path);
    await storage.compact();
    await storage.compact();
    expect(fileSystem.readFile(path)).toEqual(before);
    expect(storage.cleanerStatus().totals.failures).toBe(1);
    const reason = 'The CRC of the batch in /data/orders-0/00000000000000000000.log at byte 0 is wrong';
    expect(events).toContain(`Compacting orders-0 failed: ${reason}; it is not compacted until the next start`);
    expect(storage.cleanerStatus().logs[0]!.failure).toBe(reason);
  });

  it('goes on behind empty batches, so that no reader takes them for the end', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage, compacted);
    for (let value = 0; value < 40; value++) await append(log, { values: [`${value}`.padEnd(150, '.')] });
    await storage.compact();
    for (let offset = 0; offset < 40; offset++) {
      const read = await log.read(offset, 1);
      const counts = [...batchesIn(read.records)].map(({ header }) => header.recordCount);
      expect(Math.max(...counts)).toBeGreaterThan(0);
    }
  });

  it('takes several passes when its map is full, and no more memory than it may', async () => {
    const settings = { ...defaultCleanerSettings, mapBytes: 30 * slotBytes };
    const { storage } = await openMemory({ cleaner: () => settings });
    const log = await createLog(storage, compacted);
    for (let value = 0; value < 120; value++) await append(log, { key: `k${value % 60}`, values: [`${value}`] });
    await storage.compact();
    const { totals } = storage.cleanerStatus();
    expect(totals.cleanings).toBeGreaterThan(3);
    expect(totals.maxMapUtilization).toBe(1);
    const kept = (await readAll(log)).map((line) => Number(line.split(':')[0]));
    const end = storage.cleanerStatus().logs[0]!.firstDirtyOffset;
    expect(end).toBeGreaterThan(100);
    // A record goes when the next of its key, 60 offsets on, was cleaned too.
    expect(kept).toEqual(Array.from({ length: 120 }, (_, offset) => offset).filter((offset) => offset + 60 >= end));
  });

  it('goes on where it was after a restart, by its checkpoint', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage, compacted);
    for (let value = 0; value < 40; value++) await append(log, { values: [`${value}`.padEnd(100, '.')] });
    await storage.compact();
    const { firstDirtyOffset } = storage.cleanerStatus().logs[0]!;
    expect(firstDirtyOffset).toBeGreaterThan(30);
    expect(fileSystem.readFile('/data/cleaner-offset-checkpoint')!.toString()).toBe(
      `0\n1\norders 0 ${firstDirtyOffset}\n`,
    );
    const again = await openMemory({ fileSystem: fileSystem.crash() });
    again.storage.get('orders', 0)!.updateConfig({ ...defaultLogConfig, ...compacted });
    expect(again.storage.cleanerStatus().logs[0]!.firstDirtyOffset).toBe(firstDirtyOffset);
  });
});

describe('the map of newest offsets', () => {
  it('knows the newest offset of each key that fits, and no other', () => {
    const map = new OffsetMap(1000, 500, 1 << 20);
    const key = (index: number) => Buffer.from(`key-${index}`);
    for (let offset = 1000; offset < 1500; offset++) {
      const bytes = key(offset % 200);
      expect(map.put(bytes, 0, bytes.length, offset)).toBe(true);
    }
    expect(map.count).toBe(200);
    for (let index = 0; index < 200; index++) {
      const bytes = Buffer.concat([Buffer.from('..'), key(index)]);
      expect(map.get(bytes, 2, bytes.length)).toBe(
        Array.from({ length: 500 }, (_, at) => 1000 + at).findLast((at) => at % 200 === index),
      );
    }
    expect(map.get(Buffer.from('other'), 0, 5)).toBe(-1);
  });

  it('hashes as HalfSipHash-2-4 does', () => {
    const hash = new KeyHash(new Uint32Array([0x03020100, 0x07060504, 0, 0]));
    const hex = (length: number): string => {
      hash.update(Buffer.from([0, 1, 2, 3]), 0, length);
      const bytes = Buffer.alloc(8);
      bytes.writeInt32LE(hash.words[0]!, 0);
      bytes.writeInt32LE(hash.words[1]!, 4);
      return bytes.toString('hex');
    };
    // The first vectors of its reference implementation, for 64 bits.
    expect([hex(0), hex(1)]).toEqual(['218d1f59b9b83cc8', 'be552412f8387315']);
  });
});
