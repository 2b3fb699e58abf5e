import { describe, expect, it } from '@jest/globals';
import type { MemoryFileSystem } from './file-system/memory-file-system.ts';
import { append, createLog, openMemory, readAll } from './testing/log-fixtures.ts';

const config = { segmentBytes: 1000, indexIntervalBytes: 150 };
const folder = '/data/orders-0';

/** A closed folder with 30 records in several segments. */
async function closedFolder(): Promise<MemoryFileSystem> {
  const { storage, fileSystem } = await openMemory();
  const log = await createLog(storage, config);
  for (let index = 0; index < 30; index++)
    await append(log, { values: [`v${index}`], producerId: 3, producerEpoch: 0, baseSequence: index });
  await storage.close();
  return fileSystem;
}

function names(fileSystem: MemoryFileSystem, suffix: string): string[] {
  return fileSystem
    .list(folder)
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(suffix))
    .sort();
}

function change(fileSystem: MemoryFileSystem, path: string, position: number, bytes: Buffer): void {
  const file = fileSystem.open(path, 'write');
  file.writeNow([bytes], position);
  file.close();
}

const allRecords = Array.from({ length: 30 }, (_, offset) => `${offset}:v${offset}`);

describe('loading a log', () => {
  it('cuts a torn tail off, after a crash', async () => {
    const fileSystem = await closedFolder();
    await fileSystem.remove('/data/.kafka_cleanshutdown');
    const last = names(fileSystem, '.log').at(-1)!;
    const size = fileSystem.stat(`${folder}/${last}`)!.sizeBytes;
    change(fileSystem, `${folder}/${last}`, size, Buffer.from('half a batch'));
    const { storage, events } = await openMemory({ fileSystem });
    expect(await readAll(storage.get('orders', 0)!)).toEqual(allRecords);
    expect(fileSystem.stat(`${folder}/${last}`)!.sizeBytes).toBe(size);
    expect(events).toEqual([expect.stringContaining(`to ${size} bytes`)]);
  });

  it('recovers also when the mark says that the folder was closed in order, but it was not', async () => {
    const fileSystem = await closedFolder();
    const last = names(fileSystem, '.log').at(-1)!;
    const size = fileSystem.stat(`${folder}/${last}`)!.sizeBytes;
    const file = fileSystem.open(`${folder}/${last}`, 'write');
    file.truncate(size - 5);
    const { storage } = await openMemory({ fileSystem });
    expect(await readAll(storage.get('orders', 0)!)).toEqual(allRecords.slice(0, -1));
  });

  it('ends the log at the first batch that is damaged, and removes the segments behind it', async () => {
    const fileSystem = await closedFolder();
    for (const name of ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint'])
      await fileSystem.remove(`/data/${name}`);
    const second = names(fileSystem, '.log')[1]!;
    change(fileSystem, `${folder}/${second}`, 200, Buffer.from([0xff, 0xff, 0xff]));
    const { storage } = await openMemory({ fileSystem });
    const log = storage.get('orders', 0)!;
    const found = await readAll(log);
    expect(found).toEqual(allRecords.slice(0, found.length));
    expect(found.length).toBeGreaterThan(Number(second.slice(0, 20)));
    expect(found.length).toBeLessThan(30);
    expect(names(fileSystem, '.log')).toHaveLength(2);
    expect(names(fileSystem, '.snapshot').every((name) => Number(name.slice(0, 20)) <= log.logEndOffset)).toBe(true);
    const next = await append(log, { producerId: 3, producerEpoch: 0, baseSequence: found.length });
    expect(next.baseOffset).toBe(found.length);
  });

  it('does not check again what was durable before the crash', async () => {
    const fileSystem = await closedFolder();
    await fileSystem.remove('/data/.kafka_cleanshutdown');
    const first = names(fileSystem, '.log')[0]!;
    const before = fileSystem.readFile(`${folder}/${first}`)!;
    change(fileSystem, `${folder}/${first}`, before.length - 1, Buffer.from([before.at(-1)! ^ 1]));
    const { storage, events } = await openMemory({ fileSystem });
    expect(storage.get('orders', 0)!.logEndOffset).toBe(30);
    expect(events).toEqual([]);
  });

  it.each(['.index', '.timeindex'])('makes a missing or damaged %s anew', async (suffix) => {
    for (const damage of ['missing', 'odd', 'wrong'] as const) {
      const fileSystem = await closedFolder();
      for (const name of names(fileSystem, suffix)) {
        const path = `${folder}/${name}`;
        if (damage === 'missing') await fileSystem.remove(path);
        else change(fileSystem, path, damage === 'odd' ? fileSystem.stat(path)!.sizeBytes : 0, Buffer.alloc(5, 0xfe));
      }
      const { storage } = await openMemory({ fileSystem, tailCacheBytes: 0 });
      const log = storage.get('orders', 0)!;
      expect(await readAll(log, 0, 200)).toEqual(allRecords);
      for (let offset = 0; offset < 30; offset++) expect((await readAll(log, offset))[0]).toBe(`${offset}:v${offset}`);
      expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 0 });
      await storage.close();
    }
  });

  it.each([
    ['alone in its batch', ['v']],
    ['one of several of its batch', ['v', 'w']],
  ])('takes the index of a log for right whose first record is of the time 0 and %s', async (_, values) => {
    const { storage, fileSystem } = await openMemory();
    const log = await createLog(storage, { segmentMs: 1000 });
    await append(log, { values, timestampMs: 0 });
    await append(log, { timestampMs: 86_400_000 });
    await append(log, { timestampMs: 2 * 86_400_000 });
    await storage.close();
    expect(names(fileSystem, '.log')).toHaveLength(3);
    const { storage: next, events } = await openMemory({ fileSystem, tailCacheBytes: 0 });
    expect(await next.get('orders', 0)!.offsetForTimestamp(0)).toMatchObject({ offset: 0, timestampMs: 0 });
    expect(await next.get('orders', 0)!.offsetForTimestamp(1)).toMatchObject({ offset: values.length });
    expect(events).toEqual([]);
    await next.close();
  });

  it('does without a damaged snapshot, and without any', async () => {
    for (const keepSome of [true, false]) {
      const fileSystem = await closedFolder();
      const snapshots = names(fileSystem, '.snapshot');
      for (const name of keepSome ? snapshots.slice(-1) : snapshots)
        change(fileSystem, `${folder}/${name}`, 8, Buffer.alloc(3, 9));
      const { storage } = await openMemory({ fileSystem });
      expect(storage.get('orders', 0)!.activeProducers()).toEqual([
        expect.objectContaining({ producerId: 3, producerEpoch: 0, lastSequence: 29 }),
      ]);
    }
  });

  it('takes nothing on trust when the recovery point lies behind the end of the log', async () => {
    const fileSystem = await closedFolder();
    await fileSystem.remove('/data/.kafka_cleanshutdown');
    const checkpoint = '/data/recovery-point-offset-checkpoint';
    await fileSystem.remove(checkpoint);
    change(fileSystem, checkpoint, 0, Buffer.from('0\n1\norders 0 999\n'));
    const first = names(fileSystem, '.log')[0]!;
    change(fileSystem, `${folder}/${first}`, 40, Buffer.alloc(2, 0xaa));
    const { storage } = await openMemory({ fileSystem });
    expect(storage.get('orders', 0)!.logEndOffset).toBe(0);
  });

  it('starts empty at its start offset when the records up to there are lost', async () => {
    const fileSystem = await closedFolder();
    await fileSystem.remove('/data/.kafka_cleanshutdown');
    change(fileSystem, '/data/log-start-offset-checkpoint', 0, Buffer.from('0\n1\norders 0 500\n'));
    const { storage } = await openMemory({ fileSystem });
    const log = storage.get('orders', 0)!;
    expect([log.logStartOffset, log.logEndOffset]).toEqual([500, 500]);
    expect((await append(log)).baseOffset).toBe(500);
  });

  it('removes what an interrupted deletion or replacement left in the folder', async () => {
    const fileSystem = await closedFolder();
    const leftovers = ['00000000000000000099.log.deleted', '00000000000000000077.index', 'partition.metadata.tmp'];
    for (const name of leftovers) change(fileSystem, `${folder}/${name}`, 0, Buffer.from('x'));
    await openMemory({ fileSystem });
    const left = fileSystem.list(folder).map((entry) => entry.name);
    expect(left).not.toEqual(expect.arrayContaining([expect.stringMatching(/deleted|77|tmp/)]));
  });

  it('knows which leader epoch began where', async () => {
    const first = await openMemory();
    const log = await createLog(first.storage);
    for (const leaderEpoch of [0, 0, 2, 5])
      await log.append([(await import('./testing/log-fixtures.ts')).batch()], { origin: 'client', leaderEpoch })
        .durable;
    const { storage } = await openMemory({ fileSystem: first.fileSystem.crash() });
    const found = storage.get('orders', 0)!;
    expect(found.leaderEpoch).toBe(5);
    expect([0, 1, 2, 4, 5, 6].map((epoch) => found.endOffsetForEpoch(epoch))).toEqual([
      { leaderEpoch: 0, endOffset: 2 },
      { leaderEpoch: 0, endOffset: 2 },
      { leaderEpoch: 2, endOffset: 3 },
      { leaderEpoch: 2, endOffset: 3 },
      { leaderEpoch: 5, endOffset: 4 },
      { leaderEpoch: -1, endOffset: -1 },
    ]);
  });
});

describe('rolling segments', () => {
  it('begins a new one by size, by age and when the index is full', async () => {
    const { storage, clock, fileSystem } = await openMemory();
    const log = await createLog(storage, {
      segmentBytes: 10_000,
      segmentMs: 1000,
      segmentIndexBytes: 36,
      indexIntervalBytes: 100,
    });
    await append(log, { timestampMs: clock.nowMs });
    await append(log, { timestampMs: clock.nowMs + 1001 });
    for (let index = 0; index < 20; index++) await append(log, { timestampMs: clock.nowMs + 1001 });
    const byIndex = names(fileSystem, '.log').length;
    expect(byIndex).toBeGreaterThan(2);
    await append(log, { timestampMs: clock.nowMs + 1001, valueBytes: 9900 });
    expect(names(fileSystem, '.log')).toHaveLength(byIndex + 1);
    expect(await readAll(log)).toHaveLength(23);
  });
});
