import { describe, expect, it } from '@jest/globals';
import { ErrorCode, KafkaError, randomUuid } from '../protocol/index.ts';
import { defaultLogConfig } from './log-config.ts';
import { append, batch, createLog, openMemory, readAll, seededRandom, startMs } from './testing/log-fixtures.ts';

const errorCode = (code: number) => expect.objectContaining({ code });

describe('a log folder', () => {
  it('is found again as it was after a clean end, without a recovery', async () => {
    const first = await openMemory();
    const topicId = randomUuid();
    const log = await first.storage.create('a.topic-with-dashes', 3, { topicId, config: defaultLogConfig });
    await append(log, { values: ['a', 'b'] });
    await createLog(first.storage, {}, 'empty');
    await first.storage.close();

    const second = await openMemory({ fileSystem: first.fileSystem });
    expect(second.storage.recoveredFromCrash).toBe(false);
    expect(second.storage.clusterId).toBe(first.storage.clusterId);
    const found = second.storage.get('a.topic-with-dashes', 3)!;
    expect([found.topic, found.partition, found.topicId]).toEqual(['a.topic-with-dashes', 3, topicId]);
    expect(await readAll(found)).toEqual(['0:a', '1:b']);
    expect(second.storage.get('empty', 0)!.logEndOffset).toBe(0);
    expect(second.storage.all()).toHaveLength(2);
    expect(second.events).toEqual([]);
  });

  it('is recovered when the process was killed, and says so', async () => {
    const first = await openMemory({ flush: 'os' });
    await append(await createLog(first.storage), { values: ['a'] });
    const second = await openMemory({ fileSystem: first.fileSystem.kill() });
    expect(second.storage.recoveredFromCrash).toBe(true);
    expect(await readAll(second.storage.get('orders', 0)!)).toEqual(['0:a']);
  });

  it('makes durable what it found after a kill, before anybody reads it', async () => {
    const first = await openMemory();
    const log = await createLog(first.storage);
    await append(log, { values: ['a'] });
    // Written, not synced, and then the process is gone.
    let afterKill = first.fileSystem;
    first.fileSystem.fault = (operation) => {
      if (operation === 'sync') afterKill = first.fileSystem.kill();
      return undefined;
    };
    await append(log, { values: ['b'] });
    expect(await readAll((await openMemory({ fileSystem: afterKill.crash() })).storage.get('orders', 0)!)).toEqual([
      '0:a',
    ]);
    const second = await openMemory({ fileSystem: afterKill });
    expect(await readAll(second.storage.get('orders', 0)!)).toEqual(['0:a', '1:b']);
    const third = await openMemory({ fileSystem: afterKill.crash() });
    expect(await readAll(third.storage.get('orders', 0)!)).toEqual(['0:a', '1:b']);
  });

  it('is refused while another has it open, and opens when that one has closed it', async () => {
    const first = await openMemory();
    await expect(openMemory({ fileSystem: first.fileSystem })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    await first.storage.close();
    await (await openMemory({ fileSystem: first.fileSystem })).storage.close();
  });

  it('is refused to another cluster and another node', async () => {
    const first = await openMemory({ clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', nodeId: 4 });
    await first.storage.close();
    const { fileSystem } = first;
    await expect(openMemory({ fileSystem, clusterId: 'other' })).rejects.toMatchObject({ code: 'DIRECTORY_FOREIGN' });
    await expect(openMemory({ fileSystem, nodeId: 5 })).rejects.toMatchObject({ code: 'DIRECTORY_FOREIGN' });
    const again = await openMemory({ fileSystem });
    expect([again.storage.clusterId, again.storage.nodeId]).toEqual(['MkU3OEVBNTcwNTJENDM2Qg', 4]);
  });

  it('says in one line that its disk is full or broken', async () => {
    const { fileSystem } = await openMemory();
    const disk = fileSystem.kill();
    disk.fault = (operation) => (operation === 'write' ? 'ENOSPC' : undefined);
    await expect(openMemory({ fileSystem: disk, clusterId: 'x' })).rejects.toMatchObject({ code: 'DIRECTORY_FOREIGN' });
    const empty = new (await import('./file-system/memory-file-system.ts')).MemoryFileSystem();
    empty.fault = disk.fault;
    await expect(openMemory({ fileSystem: empty })).rejects.toMatchObject({ code: 'DISK_FULL' });
    empty.fault = (operation) => (operation === 'list' ? 'EACCES' : undefined);
    await expect(openMemory({ fileSystem: empty })).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
  });

  it('holds no more files open than it is allowed, however many partitions are written and read', async () => {
    const { storage, fileSystem } = await openMemory({ maxOpenFiles: 5, tailCacheBytes: 0 });
    const logs = await Promise.all(Array.from({ length: 30 }, (_, index) => createLog(storage, {}, `topic${index}`)));
    for (let round = 0; round < 3; round++) {
      await Promise.all(logs.map((log) => append(log)));
      await Promise.all(logs.map((log) => readAll(log)));
    }
    await append(logs[0]!);
    expect(fileSystem.openHandles).toBeLessThanOrEqual(5);
    await storage.close();
    expect(fileSystem.openHandles).toBe(0);
  });

  it('takes no appends after it was closed', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage);
    const waiting = log.append([batch()], { origin: 'client' });
    await storage.close();
    await waiting.durable;
    expect(() => log.append([batch()], { origin: 'client' })).toThrow(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
  });
});

describe('a producer after a restart', () => {
  it.each([true, false])('has its last five batches recognized (clean end: %p)', async (clean) => {
    const first = await openMemory();
    const log = await createLog(first.storage);
    const send = (baseSequence: number) => ({ producerId: 7, producerEpoch: 2, baseSequence });
    for (let sequence = 0; sequence < 8; sequence++) await append(log, send(sequence));
    if (clean) await first.storage.close();
    const { storage } = await openMemory({ fileSystem: clean ? first.fileSystem : first.fileSystem.crash() });
    const again = storage.get('orders', 0)!;
    for (let sequence = 3; sequence < 8; sequence++) {
      const result = again.append([batch(send(sequence))], { origin: 'client' });
      expect([result.duplicate, result.baseOffset]).toEqual([true, sequence]);
    }
    expect(() => again.append([batch(send(2))], { origin: 'client' })).toThrow(
      errorCode(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    );
    expect((await append(again, send(8))).baseOffset).toBe(8);
  });
});

describe('deleting a log', () => {
  it('fails what waits, and a new log of the same name begins at offset 0 with nothing of the old', async () => {
    const first = await openMemory();
    const log = await createLog(first.storage);
    for (let index = 0; index < 5; index++) await append(log);
    await log.deleteRecordsBefore(3);
    await first.storage.checkpoint();
    const waiting = log.append([batch()], { origin: 'client' });
    let woken = false;
    log.onHighWatermark(() => (woken = true));
    await first.storage.delete('orders', 0);
    await expect(waiting.durable).rejects.toEqual(errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    expect(woken).toBe(true);
    expect(() => log.read(3, 100)).toThrow(errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    expect(first.storage.get('orders', 0)).toBeUndefined();

    const next = await createLog(first.storage);
    await append(next, { values: ['new'] });
    const second = await openMemory({ fileSystem: first.fileSystem.crash() });
    const found = second.storage.get('orders', 0)!;
    expect([found.logStartOffset, found.topicId]).toEqual([0, next.topicId]);
    expect(await readAll(found)).toEqual(['0:new']);
  });

  it('is finished at the next start when the process ended in between', async () => {
    const { storage, fileSystem } = await openMemory();
    await append(await createLog(storage));
    fileSystem.fault = (operation, path) => (operation === 'remove' && path.endsWith('-delete') ? 'EIO' : undefined);
    await storage.delete('orders', 0);
    const disk = fileSystem.crash();
    expect(disk.list('/data').some(({ name }) => name.endsWith('-delete'))).toBe(true);
    const second = await openMemory({ fileSystem: disk });
    expect(second.storage.all()).toEqual([]);
    expect(disk.list('/data').some(({ name }) => name.includes('orders'))).toBe(false);
  });

  it('does nothing when there is no such log', async () => {
    const { storage } = await openMemory();
    await storage.delete('nothing', 0);
  });
});

describe('creating a log', () => {
  it('refuses a second one of the same name', async () => {
    const { storage } = await openMemory();
    await createLog(storage);
    await expect(createLog(storage)).rejects.toEqual(errorCode(ErrorCode.TOPIC_ALREADY_EXISTS));
  });

  it('leaves nothing behind when the disk fails', async () => {
    const { storage, fileSystem } = await openMemory();
    fileSystem.fault = (operation) => (operation === 'write' ? 'ENOSPC' : undefined);
    await expect(createLog(storage)).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    fileSystem.fault = undefined;
    expect(storage.get('orders', 0)).toBeUndefined();
    await append(await createLog(storage));
  });
});

describe('retention', () => {
  it('removes whole segments older than retention.ms, and rolls the last one rather than deleting it', async () => {
    const { storage, clock, fileSystem } = await openMemory();
    const log = await createLog(storage, { segmentBytes: 300, retentionMs: 1000 });
    for (let index = 0; index < 10; index++) await append(log, { timestampMs: startMs + index * 100 });
    clock.nowMs = startMs + 1450;
    await storage.applyRetention();
    expect(log.logStartOffset).toBeGreaterThan(0);
    expect(log.logStartOffset).toBeLessThanOrEqual(5);
    clock.nowMs = startMs + 5000;
    await storage.applyRetention();
    expect([log.logStartOffset, log.logEndOffset, log.sizeBytes]).toEqual([10, 10, 0]);
    expect((await append(log, { timestampMs: clock.nowMs })).baseOffset).toBe(10);
    const { storage: after } = await openMemory({ fileSystem: fileSystem.crash() });
    expect([after.get('orders', 0)!.logStartOffset, after.get('orders', 0)!.logEndOffset]).toEqual([10, 11]);
  });

  it('never gives an offset twice, also when all records went before a crash', async () => {
    const { storage, clock, fileSystem } = await openMemory();
    const log = await createLog(storage, { retentionMs: 1000 });
    for (let index = 0; index < 3; index++) await append(log);
    clock.nowMs += 2000;
    await storage.applyRetention();
    const after = await openMemory({ fileSystem: fileSystem.crash() });
    expect(after.storage.get('orders', 0)!.logEndOffset).toBe(3);
  });

  it('keeps about retention.bytes', async () => {
    const { storage } = await openMemory();
    const log = await createLog(storage, { segmentBytes: 1000, retentionBytes: 2500 });
    for (let index = 0; index < 100; index++) await append(log);
    await storage.applyRetention();
    expect(log.sizeBytes).toBeGreaterThanOrEqual(2500);
    expect(log.sizeBytes).toBeLessThan(3500);
    expect(await readAll(log)).toHaveLength(100 - log.logStartOffset);
  });

  it('keeps everything when the log is only compacted', async () => {
    const { storage, clock } = await openMemory();
    const log = await createLog(storage, {
      cleanupDelete: false,
      cleanupCompact: true,
      retentionMs: 1,
      retentionBytes: 1,
    });
    await append(log);
    clock.nowMs += 5000;
    await storage.applyRetention();
    expect(await readAll(log)).toHaveLength(1);
  });
});

describe('deleting records', () => {
  it('acknowledges a start of the log only when it lasts, also when it is asked for again', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage);
    for (let count = 0; count < 4; count++) await append(log);
    fileSystem.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    await expect(log.deleteRecordsBefore(2)).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    await expect(log.deleteRecordsBefore(2)).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    fileSystem.fault = undefined;
    expect(await log.deleteRecordsBefore(2)).toBe(2);
    const after = await openMemory({ fileSystem: fileSystem.crash() });
    expect(after.storage.get('orders', 0)!.logStartOffset).toBe(2);
  });

  it('moves the start of the log, for good, and removes the segments below', async () => {
    const { storage, fileSystem } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage, { segmentBytes: 300 });
    for (let index = 0; index < 10; index++) await append(log);
    expect(await log.deleteRecordsBefore(5)).toBe(5);
    expect(() => log.read(4, 100)).toThrow(errorCode(ErrorCode.OFFSET_OUT_OF_RANGE));
    expect(await readAll(log)).toHaveLength(5);
    expect(await log.deleteRecordsBefore(3)).toBe(5);
    const { storage: after } = await openMemory({ fileSystem: fileSystem.crash() });
    expect(after.get('orders', 0)!.logStartOffset).toBe(5);
    expect(await after.get('orders', 0)!.deleteRecordsBefore(-1)).toBe(10);
    expect(after.get('orders', 0)!.sizeBytes).toBe(0);
    await expect(after.get('orders', 0)!.deleteRecordsBefore(11)).rejects.toEqual(
      errorCode(ErrorCode.OFFSET_OUT_OF_RANGE),
    );
  });

  it('leaves no gap where a segment could not be removed at first, which a recovery would take for a loss', async () => {
    const { storage, fileSystem } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage, { segmentBytes: 300 });
    for (let index = 0; index < 10; index++) await append(log);
    const [first] = fileSystem.list('/data/orders-0').filter(({ name }) => name.endsWith('.log'));
    fileSystem.fault = (operation, path) => (operation === 'remove' && path.endsWith(first!.name) ? 'EIO' : undefined);
    for (const start of [4, 6]) await log.deleteRecordsBefore(start).catch(() => undefined);
    const { storage: after } = await openMemory({ fileSystem: fileSystem.crash() });
    expect(await readAll(after.get('orders', 0)!)).toHaveLength(4);
    fileSystem.fault = undefined;
    await storage.applyRetention();
    expect(fileSystem.list('/data/orders-0').map(({ name }) => name)).not.toContain(first!.name);
  });
});

describe('a full disk', () => {
  it('fails appends, lets reads go on, and lets appends go on once there is room, without a hole', async () => {
    const { storage, fileSystem } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage);
    await append(log, { values: ['before'] });
    fileSystem.capacityBytes = fileSystem.usedBytes() + 300;
    const small = log.append([batch({ values: ['waits with the large one'] })], { origin: 'client' });
    const large = log.append([batch({ valueBytes: 1000 })], { origin: 'client' });
    const reason = await large.durable.catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(KafkaError);
    expect(reason).toMatchObject({
      code: ErrorCode.KAFKA_STORAGE_ERROR,
      retriable: true,
      message: expect.stringContaining('make room'),
    });
    await expect(small.durable).rejects.toBe(reason);
    expect(await readAll(log)).toEqual(['0:before']);
    await append(log, { values: ['fits'] });
    fileSystem.capacityBytes = Number.POSITIVE_INFINITY;
    await append(log, { values: ['after'] });
    expect(await readAll(log)).toEqual(['0:before', '1:fits', '2:after']);
    const { storage: recovered } = await openMemory({ fileSystem: fileSystem.crash() });
    expect(await readAll(recovered.get('orders', 0)!)).toEqual(['0:before', '1:fits', '2:after']);
  });

  it('undoes the sequence of a producer whose batch was lost, so that its retry is taken', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage);
    const send = (baseSequence: number) => ({ producerId: 1, producerEpoch: 0, baseSequence });
    await append(log, send(0));
    fileSystem.fault = (operation) => (operation === 'write' ? 'EIO' : undefined);
    await expect(append(log, send(1))).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    fileSystem.fault = undefined;
    const retry = await append(log, send(1));
    expect([retry.duplicate, retry.baseOffset]).toEqual([false, 1]);
  });

  it('does not bring a refused record back that could not be cut away when it was refused', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage, { segmentBytes: 1000 });
    await append(log, { values: ['a'] });
    const large = batch({ values: ['c'], valueBytes: 900 });
    // The refused record is on the disk in full, the next one belongs into a new segment, and the cut fails at first.
    fileSystem.fault = (operation) => (operation === 'sync' || operation === 'truncate' ? 'EIO' : undefined);
    await expect(append(log, { values: ['refused'] })).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    fileSystem.fault = (operation) => (operation === 'truncate' ? 'EIO' : undefined);
    const again = log.append([Buffer.from(large)], { origin: 'client' });
    await expect(again.durable).rejects.toEqual(errorCode(ErrorCode.KAFKA_STORAGE_ERROR));
    fileSystem.fault = undefined;
    await log.append([Buffer.from(large)], { origin: 'client' }).durable;
    for (let seed = 0; seed < 50; seed++) {
      const { storage: recovered } = await openMemory({ fileSystem: fileSystem.crash(seededRandom(seed)) });
      expect(await readAll(recovered.get('orders', 0)!)).toEqual(['0:a', `1:${'c'.repeat(900)}`]);
    }
  });

  it('does not show a refused record to those who read at the end', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage);
    await log.read(0, 1000);
    fileSystem.fault = (operation) => (operation === 'write' ? 'EIO' : undefined);
    await append(log, { values: ['refused'] }).catch(() => undefined);
    fileSystem.fault = undefined;
    expect(await log.read(0, 1000)).toMatchObject({ records: [] });
    await append(log, { values: ['taken'] });
    expect(log.read(0, 1000)).not.toBeInstanceOf(Promise);
    expect(await readAll(log)).toEqual(['0:taken']);
  });

  it('counts what waits, and counts it down again', async () => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage);
    const bytes = batch();
    const first = log.append([bytes], { origin: 'client' });
    expect(storage.pendingBytes).toBe(bytes.length);
    await first.durable;
    fileSystem.fault = (operation) => (operation === 'write' ? 'EIO' : undefined);
    await append(log).catch(() => undefined);
    expect(storage.pendingBytes).toBe(0);
  });
});
