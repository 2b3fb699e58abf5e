import { describe, expect, it } from '@jest/globals';
import { LogTail, TailCache } from './tail-cache.ts';

const batchBytes = 100;

function fill(tail: LogTail, count: number): void {
  for (let offset = 0; offset < count; offset++)
    tail.push({ baseOffset: offset, lastOffset: offset, sizeBytes: batchBytes, chunks: [Buffer.alloc(batchBytes)] });
}

describe('the cache of the newest batches', () => {
  it('evicts the oldest batch of all logs when its budget is used up', () => {
    const cache = new TailCache(10 * (batchBytes + 200));
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
    expect(cache.usedBytes).toBe(10 * (batchBytes + 200));
    expect(cache.batchCount).toBeLessThan(1000);
    expect(kept.indexOf(0)).toBe(0);
    expect(kept.at(9)!.chunks[0]).toHaveLength(batchBytes);
    fill(kept, 5000);
    expect(cache.usedBytes).toBeLessThanOrEqual(1_000_000);
  });
});
