import { describe, expect, it } from '@jest/globals';
import type { FetchedRecords } from '../client/index.ts';
import { FetchedQueue } from './fetched-queue.ts';

/** Records at the given offsets, fetched from the first or `from`, up to `next`. */
const fetched = (partition: number, offsets: readonly number[], next: number, from = offsets[0]!): FetchedRecords => ({
  partition,
  fetchOffset: BigInt(from),
  nextOffset: BigInt(next),
  highWatermark: BigInt(next),
  records: offsets.map((offset) => ({
    offset: BigInt(offset),
    timestampMs: 0,
    key: null,
    value: Buffer.from('value'),
    headers: {},
  })),
});

const taken = (queue: FetchedQueue, most: number) => {
  const some = queue.take(most);
  return (
    some && {
      records: some.records.map(({ partition, record }) => `${partition}/${record.offset}`),
      offsets: Object.fromEntries([...some.offsets].map(([partition, offset]) => [partition, Number(offset)])),
    }
  );
};

describe('the queue of fetched records', () => {
  it('gives what a transaction may have, and commits up to the next record, gaps and markers included', () => {
    const queue = new FetchedQueue();
    queue.add(fetched(0, [3, 5, 9], 12));
    queue.add(fetched(1, [0, 1], 2));
    expect(taken(queue, 2)).toEqual({ records: ['0/3', '0/5'], offsets: { 0: 9 } });
    expect(taken(queue, 2)).toEqual({ records: ['0/9', '1/0'], offsets: { 0: 12, 1: 1 } });
    expect(taken(queue, 2)).toEqual({ records: ['1/1'], offsets: { 1: 2 } });
    expect(taken(queue, 2)).toBeUndefined();
    expect([queue.records, queue.bytes]).toEqual([0, 0]);
  });

  it('takes no records from beyond where the group stands, as a fetch of an earlier generation would hide the rest', () => {
    const queue = new FetchedQueue();
    queue.expect(0, 10n);
    expect(queue.continues(fetched(0, [25], 26))).toBe(false);
    expect(queue.nextOffset(0)).toBe(10n);
    expect(queue.continues(fetched(0, [10], 11))).toBe(true);
  });

  it('takes them when nothing lies in between on the second look either', () => {
    const queue = new FetchedQueue();
    queue.expect(0, 10n);
    expect(queue.continues(fetched(0, [25], 26))).toBe(false);
    expect(queue.continues(fetched(0, [25], 26))).toBe(true);
  });

  it('takes no record twice', () => {
    const queue = new FetchedQueue();
    queue.add(fetched(0, [1, 2], 3));
    expect(queue.continues(fetched(0, [2, 3], 4))).toBe(false);
    expect(queue.continues(fetched(0, [3], 4))).toBe(true);
    // Markers of transactions may lie before it.
    expect(queue.continues(fetched(0, [7], 8))).toBe(true);
  });

  it('goes on where no group has committed', () => {
    expect(new FetchedQueue().continues(fetched(0, [40], 41))).toBe(true);
  });
});
