import { describe, expect, it } from '@jest/globals';
import { ReadBuffers, releaseRead } from './read-buffers.ts';
import { append, createLog, openMemory, valuesOf } from './testing/log-fixtures.ts';

describe('read buffers', () => {
  it('are used again once what was lent of them is released, and only once', () => {
    const buffers = new ReadBuffers(1_000_000);
    const first = buffers.take(100_000);
    const piece = buffers.lend(first, 90_000);
    expect(piece).toHaveLength(90_000);
    expect(buffers.take(100_000)).not.toBe(first);
    releaseRead(piece);
    releaseRead(piece);
    releaseRead(Buffer.alloc(5));
    expect(buffers.take(70_000)).toBe(first);
    expect(buffers.take(70_000)).not.toBe(first);
  });

  it('are kept idle up to a bound only', () => {
    const buffers = new ReadBuffers(200_000);
    for (const buffer of [1, 2, 3].map(() => buffers.take(100_000))) releaseRead(buffers.lend(buffer, 10));
    expect(buffers.idleBytes).toBe(131_072);
  });

  it('do not give the memory of a read that was not released to another', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage);
    for (const value of ['a', 'b', 'c']) await append(log, { values: [value], valueBytes: 40_000 });
    const [first, second] = [await log.read(0, 50_000), await log.read(1, 50_000)];
    releaseRead(second.records[0]!);
    const third = await log.read(2, 50_000);
    expect(third.records[0]!.buffer).toBe(second.records[0]!.buffer);
    expect(valuesOf(first)).toEqual(['a'.repeat(40_000)]);
    expect(valuesOf(third)).toEqual(['c'.repeat(40_000)]);
  });
});
