import { describe, expect, it } from '@jest/globals';
import { lend, release } from './lent-memory.ts';
import { LogTail, TailCache } from './tail-cache.ts';

const batchBytes = 100;

function fill(tail: LogTail, count: number): void {
  for (let offset = 0; offset < count; offset++)
    tail.push({ baseOffset: offset, lastOffset: offset, sizeBytes: batchBytes, chunks: [Buffer.alloc(batchBytes)] });
}

describe('the cache of the newest batches', () => {
  it('evicts the oldest batch of all logs when its budget is used up', () => {
    const cache = new TailCache(10 * (batchBytes + 320));
    const [one, other] = [new LogTail(cache), new LogTail(cache)];
    fill(one, 6);
    fill(other, 6);
    expect([one.indexOf(1), one.indexOf(2), other.indexOf(0)]).toEqual([-1, 0, 0]);
    expect(cache.batchCount).toBe(10);
  });

  it('does not keep the batches of logs whose readers left', () => {
    const cache = new TailCache(1_000_000);
    const kept = new LogTail(cache);
    fill(kept, 10);
    for (let round = 0; round < 100; round++) {
      const left = new LogTail(cache);
      fill(left, 1000);
      left.clear();
    }
    expect(cache.usedBytes).toBe(10 * (batchBytes + 320));
    expect(cache.batchCount).toBeLessThan(1000);
    expect(kept.indexOf(0)).toBe(0);
    expect(kept.at(9)!.chunks[0]).toHaveLength(batchBytes);
    fill(kept, 5000);
    expect(cache.usedBytes).toBeLessThanOrEqual(1_000_000);
  });

  it('does not keep the memory beside a small batch', () => {
    let givenBack = 0;
    const cache = new TailCache(1_000_000);
    const tail = new LogTail(cache);
    for (let offset = 0; offset < 1000; offset++) {
      const block = Buffer.alloc(64 * 1024, offset);
      lend(block, () => givenBack++);
      tail.push({
        baseOffset: offset,
        lastOffset: offset,
        sizeBytes: 150,
        chunks: [block.subarray(7, 57), block.subarray(100, 200)],
      });
      release(block);
    }
    expect(givenBack).toBe(1000);
    expect(cache.slabsBytes).toBeLessThanOrEqual(3 * 64 * 1024);
    const index = tail.indexOf(777);
    expect(tail.at(index)!.chunks).toEqual([Buffer.alloc(150, 777)]);
  });

  it('holds a batch that is most of its block where it lies', () => {
    let givenBack = 0;
    const cache = new TailCache(1_000_000);
    const tail = new LogTail(cache);
    const block = Buffer.alloc(64 * 1024);
    lend(block, () => givenBack++);
    tail.push({ baseOffset: 0, lastOffset: 0, sizeBytes: 60_000, chunks: [block.subarray(5_000, 65_000)] });
    release(block);
    expect([givenBack, cache.usedBytes]).toEqual([0, 64 * 1024 + 320]);
    tail.clear();
    expect([givenBack, cache.usedBytes]).toEqual([1, 0]);
  });

  it('bounds the memory of copies of which most are gone', () => {
    const cache = new TailCache(1_000_000);
    const [read, emptied] = [new LogTail(cache), new LogTail(cache)];
    for (let offset = 0; offset < 20_000; offset++) {
      const batch = {
        baseOffset: offset,
        lastOffset: offset,
        sizeBytes: 1000,
        chunks: [Buffer.alloc(4000).subarray(0, 1000)],
      };
      if (offset % 64 === 0) read.push(batch);
      emptied.push(batch);
      emptied.clear();
    }
    expect(cache.slabsBytes).toBeLessThanOrEqual(1_000_000 + 2 * 64 * 1024);
  });
});
