import { describe, expect, it } from '@jest/globals';
import { batchesIn, Compression, decodeRecords, encodeBatch, ErrorCode, KafkaError } from '../protocol/index.ts';
import type { LogConfig } from './log-config.ts';
import type { PartitionLog } from './partition-log.ts';
import { append, batch, createLog, openMemory, readAll, startMs } from './testing/log-fixtures.ts';

const hourMs = 3_600_000;

async function open(config: Partial<LogConfig>) {
  const opened = await openMemory();
  return { ...opened, log: await createLog(opened.storage, config) };
}

async function storedBatches(log: PartitionLog): Promise<{ compression: number; values: string[] }[]> {
  const { records } = await log.read(0, 1_000_000);
  return [...batchesIn(records)].map((found) => ({
    compression: found.header.compression,
    values: [...decodeRecords(found)].map(({ value }) => value!.toString()),
  }));
}

describe('compression.type', () => {
  const sent = encodeBatch({
    records: ['a', 'b', 'c'].map((value, index) => ({
      key: Buffer.from('key'),
      value: Buffer.from(value.repeat(300)),
      timestampMs: startMs + index,
      headers: [{ key: 'h', value: Buffer.from('x') }],
    })),
    compression: Compression.gzip,
    producerId: 5,
    producerEpoch: 1,
    baseSequence: 0,
  });

  it('keeps a batch byte for byte under `producer`, but for offset and epoch', async () => {
    const { log } = await open({ compressionType: 'producer' });
    await log.append([Buffer.from(sent)], { origin: 'client' }).durable;
    const { records } = await log.read(0, 10_000);
    expect(Buffer.concat(records).subarray(17)).toEqual(sent.subarray(17));
  });

  it.each([
    ['uncompressed', Compression.none],
    ['gzip', Compression.gzip],
    ['snappy', Compression.snappy],
    ['lz4', Compression.lz4],
    ['zstd', Compression.zstd],
  ] as const)('stores batches with %s, whatever the producer took', async (compressionType, compression) => {
    const { log } = await open({ compressionType });
    const result = log.append([Buffer.from(sent)], { origin: 'client' });
    await result.durable;
    expect(await storedBatches(log)).toEqual([
      { compression, values: ['a', 'b', 'c'].map((value) => value.repeat(300)) },
    ]);
    const [stored] = batchesIn((await log.read(0, 10_000)).records);
    const [first] = decodeRecords(stored!);
    expect(first).toMatchObject({ timestampMs: startMs, headers: [{ key: 'h', value: Buffer.from('x') }] });
    expect(stored!.header).toMatchObject({ producerId: 5, producerEpoch: 1, baseSequence: 0, lastOffsetDelta: 2 });
    // Sent again, it is known.
    expect(log.append([Buffer.from(sent)], { origin: 'client' })).toMatchObject({ duplicate: true, baseOffset: 0 });
  });

  it.each([
    ['gzip', { compressionGzipLevel: 1 }, { compressionGzipLevel: 9 }],
    ['zstd', { compressionZstdLevel: -5 }, { compressionZstdLevel: 19 }],
  ] as const)('compresses with %s by the level of the topic', async (compressionType, low, high) => {
    const text = Array.from({ length: 3000 }, (_, index) => `${(index * 7919) % 1000} of ${index % 13};`).join('');
    const plain = encodeBatch({ records: [{ key: null, value: Buffer.from(text), timestampMs: startMs }] });
    const storedBytes = async (level: Partial<LogConfig>): Promise<number> => {
      const { log } = await open({ compressionType, ...level });
      await log.append([Buffer.from(plain)], { origin: 'client' }).durable;
      expect((await storedBatches(log))[0]!.values).toEqual([text]);
      return log.sizeBytes;
    };
    expect(await storedBytes(high)).toBeLessThan(await storedBytes(low));
  });

  it('takes the time of the append into a recompressed batch', async () => {
    const { log, clock } = await open({ compressionType: 'zstd', messageTimestampType: 'LogAppendTime' });
    clock.nowMs = startMs + hourMs;
    await log.append([Buffer.from(sent)], { origin: 'client' }).durable;
    const [stored] = batchesIn((await log.read(0, 10_000)).records);
    expect([...decodeRecords(stored!)].map(({ timestampMs }) => timestampMs)).toEqual(Array(3).fill(startMs + hourMs));
  });

  it('refuses a batch that the topic’s compression makes larger than max.message.bytes', async () => {
    const { log } = await open({ compressionType: 'uncompressed', maxMessageBytes: 500 });
    expect(sent.length).toBeLessThan(500);
    expect(() => log.append([Buffer.from(sent)], { origin: 'client' })).toThrow(/larger than its max.message.bytes/);
    expect(log.logEndOffset).toBe(0);
  });
});

describe('a record without a key', () => {
  it('is refused by a compacted log, by its place in the batch', async () => {
    const { log } = await open({ cleanupCompact: true });
    const records = ['a', null, 'b', null].map((key) => ({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from('v'),
      timestampMs: startMs,
    }));
    let error: unknown;
    try {
      log.append([encodeBatch({ records })], { origin: 'client' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(KafkaError);
    const { code, message, recordErrors } = error as KafkaError;
    const one = 'Compacted topic cannot accept message without key in topic partition orders-0';
    expect(code).toBe(ErrorCode.INVALID_RECORD);
    expect(recordErrors).toEqual([1, 3].map((batchIndex) => ({ batchIndex, message: one })));
    expect(message).toBe(
      'One or more records have been rejected due to 2 record errors in total, and only showing the first three errors at most: ' +
        `[RecordError(batchIndex=1, message='${one}'), RecordError(batchIndex=3, message='${one}')]`,
    );
    expect(log.logEndOffset).toBe(0);
  });
});

describe('a record whose time is out of range', () => {
  const rejected = (log: PartitionLog, sent: Buffer): KafkaError => {
    try {
      log.append([sent], { origin: 'client' });
    } catch (error) {
      return error as KafkaError;
    }
    throw new Error('The batch was taken');
  };
  const batchAt = (...timesMs: number[]): Buffer =>
    encodeBatch({
      records: timesMs.map((timestampMs) => ({ key: Buffer.from('k'), value: Buffer.from('v'), timestampMs })),
    });

  it('is named by its place in the batch', async () => {
    const { log } = await open({ messageTimestampBeforeMaxMs: 1000, messageTimestampAfterMaxMs: 2000 });
    const { code, message, recordErrors } = rejected(
      log,
      batchAt(startMs, startMs - 1001, startMs + 2000, startMs + 2001, startMs - 1000),
    );
    expect(code).toBe(ErrorCode.INVALID_TIMESTAMP);
    expect(message).toBe('One or more records have been rejected due to invalid timestamp');
    const range = `The timestamp should be within [${startMs - 1000}, ${startMs + 2000}]`;
    expect(recordErrors).toEqual([
      { batchIndex: 1, message: `Timestamp ${startMs - 1001} of message with offset 1 is out of range. ${range}` },
      { batchIndex: 3, message: `Timestamp ${startMs + 2001} of message with offset 3 is out of range. ${range}` },
    ]);
    expect(log.logEndOffset).toBe(0);
  });

  it('is told with the limits as Apache Kafka counts them where there is none', async () => {
    const { log } = await open({});
    const { recordErrors } = rejected(log, batchAt(startMs + 3_600_001));
    expect(recordErrors[0]!.message).toContain(
      `within [${BigInt(startMs) - (2n ** 63n - 1n)}, ${startMs + 3_600_000}]`,
    );
  });

  it('stands beside one without a key in a compacted log', async () => {
    const { log } = await open({ cleanupCompact: true, messageTimestampBeforeMaxMs: 1000 });
    const { code, recordErrors } = rejected(
      log,
      encodeBatch({
        records: [
          { key: null, value: Buffer.from('v'), timestampMs: startMs - 5000 },
          { key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: startMs - 5000 },
        ],
      }),
    );
    expect(code).toBe(ErrorCode.INVALID_TIMESTAMP);
    expect(recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 1]);
    expect(recordErrors[0]!.message).toContain('without key');
  });

  it('may have no time at all', async () => {
    const { log } = await open({ messageTimestampBeforeMaxMs: 1000 });
    await log.append([batchAt(-1)], { origin: 'client' }).durable;
    expect(log.logEndOffset).toBe(1);
  });
});

describe('segments', () => {
  it('are rolled by the records’ time, earlier by a random part of segment.jitter.ms', async () => {
    const rolls = async (random: number): Promise<number> => {
      const { storage } = await openMemory({ random: () => random });
      const log = await createLog(storage, { segmentMs: 10 * hourMs, segmentJitterMs: 4 * hourMs, retentionMs: -1 });
      for (let hour = 0; ; hour++) {
        await append(log, { timestampMs: startMs + hour * hourMs - hourMs });
        log.updateConfig({ ...log.config, messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER });
        await log.deleteRecordsBefore(log.highWatermark - 1);
        // The first record's segment goes once a second one has begun.
        if (log.sizeBytes < (hour + 1) * batch().length) return hour;
      }
    };
    expect(await rolls(0)).toBe(11);
    expect(await rolls(0.5)).toBe(9);
    expect(await rolls(0.999)).toBe(7);
  });

  it('of a compacted log are rolled after max.compaction.lag.ms, so that no record waits longer', async () => {
    const { log, storage, clock } = await open({
      ...{ cleanupCompact: true, cleanupDelete: false, minCleanableDirtyRatio: 1 },
      maxCompactionLagMs: hourMs,
      messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
    });
    await append(log, { key: 'a', values: ['1'] });
    await append(log, { key: 'a', values: ['2'] });
    await append(log, { key: 'b', values: ['3'], timestampMs: startMs + 2 * hourMs });
    await storage.compact();
    expect(await readAll(log)).toEqual(['0:1', '1:2', '2:3']);
    clock.nowMs += 2 * hourMs;
    expect(storage.cleanerStatus().logs[0]!.overdueMs).toBe(hourMs);
    await storage.compact();
    expect(await readAll(log)).toEqual(['1:2', '2:3']);
  });
});

describe('what may not be cleaned yet', () => {
  const compacted = { cleanupCompact: true, cleanupDelete: false, minCleanableDirtyRatio: 0, segmentBytes: 100 };

  it('is a segment with a record younger than min.compaction.lag.ms', async () => {
    const { log, storage, clock } = await open({ ...compacted, minCompactionLagMs: hourMs });
    for (let value = 0; value < 4; value++) await append(log, { values: [String(value)], timestampMs: startMs });
    await storage.compact();
    expect(await readAll(log)).toEqual(['0:0', '1:1', '2:2', '3:3']);
    clock.nowMs += hourMs;
    await storage.compact();
    expect(await readAll(log)).toEqual(['2:2', '3:3']);
  });

  it('is a log below its min.cleanable.dirty.ratio, and one without cleanup.policy=compact', async () => {
    const { log, storage } = await open({ ...compacted, minCleanableDirtyRatio: 0.5 });
    for (let value = 0; value < 10; value++) {
      await append(log, { key: `k${value}`, values: [String(value)], timestampMs: startMs });
    }
    await storage.compact();
    await append(log, { key: 'k0', values: ['new'], timestampMs: startMs });
    await append(log, { key: 'k1', values: ['new'], timestampMs: startMs });
    await storage.compact();
    expect((await readAll(log)).length).toBe(12);
    expect(storage.cleanerStatus().maxDirtyRatio).toBeLessThan(0.5);
    log.updateConfig({ ...log.config, minCleanableDirtyRatio: 0.01, cleanupCompact: false });
    await storage.compact();
    expect((await readAll(log)).length).toBe(12);
    log.updateConfig({ ...log.config, cleanupCompact: true });
    await storage.compact();
    expect((await readAll(log)).length).toBe(11);
  });
});

describe('cleanup.policy=compact,delete', () => {
  it('does both: the last record of each key, and nothing older than retention.ms', async () => {
    const policy = { cleanupCompact: true, cleanupDelete: true, minCleanableDirtyRatio: 0 };
    const { log, storage, clock } = await open({ ...policy, segmentBytes: 100, retentionMs: 10 * hourMs });
    for (let value = 0; value < 4; value++) {
      await append(log, { key: `k${value % 2}`, values: [String(value)], timestampMs: startMs + value });
    }
    await storage.compact();
    expect(await readAll(log)).toEqual(['1:1', '2:2', '3:3']);
    clock.nowMs += 11 * hourMs;
    await append(log, { key: 'k9', values: ['young'], timestampMs: clock.nowMs });
    await storage.applyRetention();
    expect(await readAll(log)).toEqual(['4:young']);
    expect(log.logStartOffset).toBe(4);
  });

  it('keeps everything that is old, but compacted, under compact alone', async () => {
    const { log, storage, clock } = await open({
      cleanupCompact: true,
      cleanupDelete: false,
      segmentBytes: 100,
      retentionBytes: 1,
    });
    for (let value = 0; value < 4; value++) await append(log, { key: `k${value}`, values: [String(value)] });
    clock.nowMs += 1000 * hourMs;
    await storage.applyRetention();
    expect((await readAll(log)).length).toBe(4);
  });
});

describe('lookups by time in a compacted log', () => {
  it('find the first record that is left at or after a time, and the newest', async () => {
    const { log, storage } = await open({
      cleanupCompact: true,
      cleanupDelete: false,
      minCleanableDirtyRatio: 0,
      segmentBytes: 500,
      indexIntervalBytes: 100,
    });
    for (let value = 0; value < 40; value++) {
      await append(log, {
        key: value % 10 === 0 ? `kept${value}` : 'other',
        values: [String(value)],
        timestampMs: startMs + value,
      });
    }
    await storage.compact();
    const found = (await readAll(log)).map((line) => Number(line.split(':')[0]));
    expect(found.length).toBeLessThan(20);
    for (let value = 0; value < 40; value++) {
      const expected = found.find((offset) => offset >= value);
      expect((await log.offsetForTimestamp(startMs + value))?.offset).toBe(expected);
    }
    expect(await log.maxTimestamp()).toMatchObject({ offset: 39, timestampMs: startMs + 39 });
    expect(await log.offsetForTimestamp(startMs + 40)).toBeUndefined();
  });
});
