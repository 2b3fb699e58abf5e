import { describe, expect, it } from '@jest/globals';
import { batchesIn, ErrorCode, hasValidCrc } from '../protocol/index.ts';
import { append, batch, createLog, openMemory, readAll, startMs, valuesOf } from './testing/log-fixtures.ts';

const errorCode = (code: number) => expect.objectContaining({ code });

describe('appending', () => {
  it('gives offsets in the order of the calls and shows records once they are durable', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    const first = log.append([batch({ values: ['a', 'b'] })], { origin: 'client' });
    const second = log.append([batch({ values: ['c'] })], { origin: 'client' });
    expect([first.baseOffset, first.lastOffset, second.baseOffset]).toEqual([0, 1, 2]);
    expect([log.highWatermark, log.logEndOffset]).toEqual([0, 3]);
    expect(valuesOf(await log.read(0, 1000))).toEqual([]);
    await second.durable;
    expect([log.highWatermark, log.logEndOffset]).toEqual([3, 3]);
    expect(await readAll(log)).toEqual(['0:a', '1:b', '2:c']);
  });

  it('takes a batch whose pieces are cut anywhere and keeps its CRC right', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage, { maxMessageBytes: 100_000 });
    for (const valueBytes of [10, 5000]) {
      const whole = batch({ valueBytes });
      for (const cut of [1, 8, 11, 12, 16, 17, 20, 21, 30, 60, 61, 62, whole.length - 1]) {
        const fresh = Buffer.from(whole);
        await log.append([fresh.subarray(0, cut), fresh.subarray(cut)], { origin: 'client', leaderEpoch: 3 }).durable;
      }
    }
    const batches = [...batchesIn((await log.read(0, 1_000_000)).records)];
    expect(batches.map((found) => found.header.baseOffset)).toEqual(Array.from({ length: 26 }, (_, index) => index));
    expect(batches.every((found) => hasValidCrc(found))).toBe(true);
    expect(batches.every((found) => found.header.partitionLeaderEpoch === 3)).toBe(true);
  });

  it('stamps batches with its own time under LogAppendTime', async () => {
    const { storage, clock } = await openMemory();
    const log = await createLog(storage, { messageTimestampType: 'LogAppendTime' });
    clock.nowMs = startMs + 5;
    for (const valueBytes of [10, 5000]) {
      expect((await append(log, { valueBytes, timestampMs: 1 })).logAppendTimeMs).toBe(startMs + 5);
    }
    const batches = [...batchesIn((await log.read(0, 100_000)).records)];
    expect(batches.map(({ header }) => [header.maxTimestamp, header.isLogAppendTime])).toEqual([
      [startMs + 5, true],
      [startMs + 5, true],
    ]);
    expect(batches.every((found) => hasValidCrc(found))).toBe(true);
  });

  it('refuses what does not belong into the log, and appends nothing of it', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage, {
      maxMessageBytes: 500,
      segmentBytes: 400,
      messageTimestampBeforeMaxMs: 1000,
      cleanupCompact: true,
    });
    const damaged = batch();
    damaged[damaged.length - 1]! ^= 1;
    const old = batch();
    old[16] = 1;
    const refused: [Buffer, number][] = [
      [damaged, ErrorCode.CORRUPT_MESSAGE],
      [old, ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT],
      [batch({ valueBytes: 600 }), ErrorCode.MESSAGE_TOO_LARGE],
      [batch({ valueBytes: 350 }), ErrorCode.RECORD_LIST_TOO_LARGE],
      [batch({ timestampMs: startMs + 3_600_001 }), ErrorCode.INVALID_TIMESTAMP],
      [batch({ timestampMs: startMs - 1001 }), ErrorCode.INVALID_TIMESTAMP],
      [batch({ key: null }), ErrorCode.INVALID_RECORD],
      [batch({ control: true }), ErrorCode.INVALID_RECORD],
      [batch({ producerId: 5 }), ErrorCode.INVALID_RECORD],
      [Buffer.alloc(20), ErrorCode.CORRUPT_MESSAGE],
    ];
    for (const [records, code] of refused) {
      expect(() => log.append([records], { origin: 'client' })).toThrow(errorCode(code));
    }
    expect(log.logEndOffset).toBe(0);
  });
});

describe('idempotent producers', () => {
  const from = (producerId: number, producerEpoch: number, baseSequence: number, values = ['x']) => ({
    ...{ producerId, producerEpoch, baseSequence, values },
  });

  it('answer a batch sent again with its first offsets, for the last five batches', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    for (let sequence = 0; sequence < 6; sequence++) await append(log, from(1, 0, sequence));
    const again = await append(log, from(1, 0, 1));
    expect([again.duplicate, again.baseOffset, again.lastOffset]).toEqual([true, 1, 1]);
    expect(() => log.append([batch(from(1, 0, 0))], { origin: 'client' })).toThrow(
      errorCode(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    );
    expect(log.logEndOffset).toBe(6);
  });

  it('have a duplicate wait until the first copy is durable', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    const first = log.append([batch(from(1, 0, 0))], { origin: 'client' });
    const again = log.append([batch(from(1, 0, 0))], { origin: 'client' });
    expect(again.duplicate).toBe(true);
    expect(again.durable).toBe(first.durable);
    await again.durable;
    expect(log.highWatermark).toBe(1);
  });

  it('are refused when records are missing before the batch, and when a newer epoch was seen', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    await append(log, from(1, 0, 0, ['a', 'b']));
    expect(() => log.append([batch(from(1, 0, 3))], { origin: 'client' })).toThrow(
      errorCode(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    );
    expect(() => log.append([batch(from(1, 1, 2))], { origin: 'client' })).toThrow(
      errorCode(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    );
    await append(log, from(1, 1, 0));
    expect(() => log.append([batch(from(1, 0, 2))], { origin: 'client' })).toThrow(
      errorCode(ErrorCode.INVALID_PRODUCER_EPOCH),
    );
    expect(log.activeProducers()).toEqual([
      expect.objectContaining({ producerId: 1, producerEpoch: 1, lastSequence: 0 }),
    ]);
  });

  it('wrap from sequence 2^31-1 to 0', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    const last = 2 ** 31 - 1;
    await append(log, from(1, 0, last - 1, ['a', 'b', 'c']));
    const again = await append(log, from(1, 0, last - 1, ['a', 'b', 'c']));
    expect(again.duplicate).toBe(true);
    expect((await append(log, from(1, 0, 1))).baseOffset).toBe(3);
  });

  it('are forgotten after they were silent for long', async () => {
    const { storage, clock } = await openMemory({ producerIdExpirationMs: 1000 });
    const log = await createLog(storage);
    await append(log, from(1, 0, 0));
    clock.nowMs += 999;
    await storage.applyRetention();
    expect(log.activeProducers()).toHaveLength(1);
    clock.nowMs += 2;
    await storage.applyRetention();
    expect(log.activeProducers()).toEqual([]);
    expect((await append(log, from(1, 0, 77))).baseOffset).toBe(1);
  });
});

describe('reading', () => {
  it('returns whole batches from memory and from the file alike', async () => {
    for (const tailCacheBytes of [0, 1_000_000]) {
      const { storage } = await openMemory({ tailCacheBytes });
      const log = await createLog(storage, { indexIntervalBytes: 200, segmentBytes: 2000 });
      await log.read(0, 1);
      for (let index = 0; index < 100; index++) await append(log, { values: [`${index}a`, `${index}b`] });
      const expected = Array.from({ length: 200 }, (_, offset) => `${offset}:${offset >> 1}${offset % 2 ? 'b' : 'a'}`);
      expect(await readAll(log)).toEqual(expected);
      for (const offset of [0, 1, 77, 150, 199]) expect(await readAll(log, offset)).toEqual(expected.slice(offset));
      const middle = await log.read(51, 1000);
      expect([...batchesIn(middle.records)][0]!.header.baseOffset).toBe(50);
      expect(middle.sizeBytes).toBeLessThanOrEqual(1000);
    }
  });

  it('returns a first batch larger than the limit, unless that is not wanted', async () => {
    for (const tailCacheBytes of [0, 1_000_000]) {
      const { storage } = await openMemory({ tailCacheBytes });
      const log = await createLog(storage);
      await log.read(0, 1);
      await append(log, { valueBytes: 3000 });
      expect((await log.read(0, 10)).nextOffset).toBe(1);
      expect(await log.read(0, 10, { minOneMessage: false })).toMatchObject({ records: [], nextOffset: 0 });
    }
  });

  it('refuses offsets outside the log', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    await append(log);
    expect(() => log.read(2, 10)).toThrow(errorCode(ErrorCode.OFFSET_OUT_OF_RANGE));
    expect(() => log.read(-1, 10)).toThrow(errorCode(ErrorCode.OFFSET_OUT_OF_RANGE));
    expect((await log.read(1, 10)).records).toEqual([]);
  });

  it('keeps the memory of the newest batches within its bound', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 20_000 });
    const log = await createLog(storage);
    await log.read(0, 100);
    for (let index = 0; index < 50; index++) {
      await append(log, { valueBytes: 1000 });
      expect(log.read(index, 100)).not.toBeInstanceOf(Promise);
    }
    expect(log.read(0, 100)).toBeInstanceOf(Promise);
    expect(log.read(40, 100)).not.toBeInstanceOf(Promise);
    expect(await readAll(log)).toHaveLength(50);
  });

  it('holds no batches in memory for a log that nobody reads at its end', async () => {
    const { storage, clock } = await openMemory();
    const log = await createLog(storage);
    await append(log);
    expect(log.read(0, 100)).toBeInstanceOf(Promise);
    await log.read(0, 100);
    await append(log);
    expect(log.read(1, 100)).not.toBeInstanceOf(Promise);
    clock.nowMs += 11_000;
    await append(log);
    expect(log.read(2, 100)).toBeInstanceOf(Promise);
    expect(log.read(1, 100)).toBeInstanceOf(Promise);
    expect(await readAll(log)).toHaveLength(3);
  });

  it('holds no batches in memory for a reader that has fallen behind all that there is room for', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 20_000 });
    const log = await createLog(storage);
    await log.read(0, 100);
    for (let index = 0; index < 50; index++) await append(log, { valueBytes: 1000 });
    expect(log.read(49, 100)).toBeInstanceOf(Promise);
    expect(await readAll(log)).toHaveLength(50);
    await append(log);
    expect(log.read(50, 100)).not.toBeInstanceOf(Promise);
  });

  it('finds records by time', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage, { segmentBytes: 1500, indexIntervalBytes: 150 });
    for (let index = 0; index < 50; index++) await append(log, { timestampMs: startMs + index * 10 });
    await append(log, { timestampMs: startMs });
    expect(await log.offsetForTimestamp(startMs + 123)).toEqual({
      offset: 13,
      timestampMs: startMs + 130,
      leaderEpoch: 0,
    });
    expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 0 });
    expect(await log.offsetForTimestamp(startMs + 490)).toMatchObject({ offset: 49 });
    expect(await log.offsetForTimestamp(startMs + 491)).toBeUndefined();
    expect(await log.maxTimestamp()).toMatchObject({ offset: 49, timestampMs: startMs + 490 });
  });

  it('tells each move of the high watermark, until it is told to stop', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    const seen: number[] = [];
    const stop = log.onHighWatermark((highWatermark) => seen.push(highWatermark));
    await append(log);
    await append(log, { values: ['a', 'b'] });
    stop();
    await append(log);
    expect(seen).toEqual([1, 3]);
  });
});
