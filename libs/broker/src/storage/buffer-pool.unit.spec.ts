import { describe, expect, it } from '@jest/globals';
import { BufferPool } from './buffer-pool.ts';
import { isLent, release, retain } from './lent-memory.ts';
import { append, createLog, openMemory, valuesOf } from './testing/log-fixtures.ts';

describe('a buffer pool', () => {
  it('uses a buffer again once what was lent of it is released', () => {
    const buffers = new BufferPool(1_000_000);
    const first = buffers.take(100_000);
    const piece = buffers.lend(first, 90_000);
    expect(piece).toHaveLength(90_000);
    expect(buffers.take(100_000)).not.toBe(first);
    expect(isLent(piece)).toBe(true);
    release(piece);
    expect(isLent(piece)).toBe(false);
    release(Buffer.alloc(5));
    expect(buffers.take(70_000)).toBe(first);
    expect(buffers.take(70_000)).not.toBe(first);
  });

  it('waits for the last of those who hold a piece', () => {
    const pool = new BufferPool(1_000_000);
    const buffer = pool.take(100_000);
    const piece = pool.lend(buffer, 100_000);
    retain(piece.subarray(10, 20));
    release(piece);
    expect(pool.idleBytes).toBe(0);
    release(piece.subarray(10, 20));
    expect(pool.idleBytes).toBe(131_072);
  });

  it('keeps idle bytes up to a bound only', () => {
    const buffers = new BufferPool(200_000);
    for (const buffer of [1, 2, 3].map(() => buffers.take(100_000))) release(buffers.lend(buffer, 10));
    expect(buffers.idleBytes).toBe(131_072);
  });

  it('does not give the memory of a read that was not released to another', async () => {
    const { storage } = await openMemory({ tailCacheBytes: 0 });
    const log = await createLog(storage);
    for (const value of ['a', 'b', 'c']) await append(log, { values: [value], valueBytes: 40_000 });
    const [first, second] = [await log.read(0, 50_000), await log.read(1, 50_000)];
    release(second.records[0]!);
    const third = await log.read(2, 50_000);
    expect(third.records[0]!.buffer).toBe(second.records[0]!.buffer);
    expect(valuesOf(first)).toEqual(['a'.repeat(40_000)]);
    expect(valuesOf(third)).toEqual(['c'.repeat(40_000)]);
  });
});
