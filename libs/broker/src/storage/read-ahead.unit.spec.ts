import { describe, expect, it } from '@jest/globals';
import { release } from './lent-memory.ts';
import type { PartitionLog } from './partition-log.ts';
import { append, createLog, openMemory, valuesOf } from './testing/log-fixtures.ts';

const valueBytes = 40_000;
/** Room for one of the batches. */
const answerBytes = 50_000;
const count = 12;

/** A log of large batches in files, and how often its file was read in full answers. */
async function storedLog() {
  const { storage, fileSystem } = await openMemory({ tailCacheBytes: 0 });
  const log = await createLog(storage);
  for (let number = 0; number < count; number++) await append(log, { values: [letter(number)], valueBytes });
  const asked: number[] = [];
  fileSystem.pause = () => {
    asked.push(asked.length);
    return Promise.resolve();
  };
  return { storage, fileSystem, log, asked };
}

function letter(number: number): string {
  return String.fromCharCode(97 + number);
}

async function expectBatch(log: PartitionLog, offset: number): Promise<void> {
  const read = await log.read(offset, answerBytes);
  expect(valuesOf(read)).toEqual([letter(offset).repeat(valueBytes)]);
  expect(read.nextOffset).toBe(offset + 1);
  for (const piece of read.records) release(piece);
}

describe('reading ahead', () => {
  it('begins when a reader goes on where its last read ended, one answer ahead of it', async () => {
    const { log, asked } = await storedLog();
    await expectBatch(log, 0);
    expect(asked).toHaveLength(1);
    await expectBatch(log, 1);
    expect(asked).toHaveLength(3);
    await expectBatch(log, 2);
    expect(asked).toHaveLength(4);
  });

  it('gives readers of different places, and one reader after the other, what they ask for', async () => {
    const { log } = await storedLog();
    for (const offset of [0, 1, 5, 2, 6, 3, 3, 7, 4, 0, 8, 1, 9, 10, 11]) await expectBatch(log, offset);
  });

  it('gives a reader that wants less no more than it wants', async () => {
    const { log } = await storedLog();
    for (const offset of [0, 1]) {
      const read = await log.read(offset === 0 ? 0 : 3, 130_000);
      expect(valuesOf(read)).toHaveLength(3);
    }
    expect(valuesOf(await log.read(6, answerBytes))).toHaveLength(1);
  });

  it('leaves the end of the log, which may grow, to the reader', async () => {
    const { log, asked } = await storedLog();
    for (let offset = 0; offset < count; offset++) await expectBatch(log, offset);
    expect(asked).toHaveLength(count);
    await append(log, { values: [letter(count)], valueBytes });
    await expectBatch(log, count);
  });

  it('hides no error, and reads again what could not be read ahead', async () => {
    const { log, fileSystem } = await storedLog();
    await expectBatch(log, 0);
    let reads = 0;
    fileSystem.fault = (operation) => (operation === 'read' && ++reads === 2 ? 'EIO' : undefined);
    await expectBatch(log, 1);
    await expectBatch(log, 2);
    fileSystem.fault = (operation) => (operation === 'read' ? 'EIO' : undefined);
    await expect(log.read(8, answerBytes)).rejects.toThrow('EIO');
  });

  it('gives the records that are left after those before them were deleted', async () => {
    const { log } = await storedLog();
    for (const offset of [0, 1]) await expectBatch(log, offset);
    await log.deleteRecordsBefore(4);
    expect(() => log.read(2, answerBytes)).toThrow('outside');
    await expectBatch(log, 4);
  });
});

describe('a read of many MiB', () => {
  it('gives whole batches in pieces whose memory is used again', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage);
    for (let number = 0; number < count; number++) await append(log, { values: [letter(number)], valueBytes: 450_000 });
    const first = await log.read(0, 5_000_000);
    expect(valuesOf(first)).toEqual(Array.from({ length: 11 }, (_, number) => letter(number).repeat(450_000)));
    expect(first.records.length).toBeGreaterThan(3);
    const blocks = new Set(first.records.map(({ buffer }) => buffer));
    for (const piece of first.records) release(piece);
    const second = await log.read(1, 5_000_000);
    expect(second.records.some(({ buffer }) => blocks.has(buffer))).toBe(true);
    expect(valuesOf(second)).toHaveLength(11);
  });
});
