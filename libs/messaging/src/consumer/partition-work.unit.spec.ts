import { describe, expect, it } from '@jest/globals';
import type { RawRecord } from '../client/index.ts';
import { laneOf, type LaneItem } from './lane.ts';
import { PartitionWork } from './partition-work.ts';

const recordOf = (offset: number, key: string | null): RawRecord => ({
  offset: BigInt(offset),
  timestampMs: 0,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from('value'),
  headers: {},
});

const fetched = (from: number, keys: readonly (string | null)[]) => ({
  partition: 0,
  fetchOffset: BigInt(from),
  nextOffset: BigInt(from + keys.length),
  highWatermark: BigInt(from + keys.length),
  records: keys.map((key, index) => recordOf(from + index, key)),
});

/** Processing that a test finishes by hand. */
class ByHand {
  readonly started: { items: readonly LaneItem[]; finish: (count: number) => void }[] = [];

  readonly process = (items: readonly LaneItem[]): Promise<number> =>
    new Promise((resolve) => this.started.push({ items, finish: resolve }));

  offsets(): number[][] {
    return this.started.map(({ items }) => items.map(({ record }) => Number(record.offset)));
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('the work of a partition', () => {
  it('starts one piece of work per lane and the next when it is finished', async () => {
    const hand = new ByHand();
    const work = new PartitionWork(0, { lanes: 1, batchSize: 2 }, Promise.resolve(), hand.process, () => undefined);
    work.add(fetched(10, ['a', 'b', 'c']));
    await settled();
    expect(hand.offsets()).toEqual([[10, 11]]);
    expect(work.position).toBe(10n);
    hand.started[0]!.finish(2);
    await settled();
    expect(hand.offsets()).toEqual([[10, 11], [12]]);
    expect(work.position).toBe(12n);
    expect(work.lag).toBe(1);
  });

  it('drops what waits when it is retired, ends with what is under way, and does not report it', async () => {
    const hand = new ByHand();
    const reported: bigint[] = [];
    const work = new PartitionWork(0, { lanes: 1, batchSize: 1 }, Promise.resolve(), hand.process, ({ position }) =>
      reported.push(position!),
    );
    work.add(fetched(0, ['a', 'a']));
    await settled();
    let ended = false;
    const retired = work.retire().then(() => (ended = true));
    await settled();
    expect(ended).toBe(false);
    hand.started[0]!.finish(1);
    await retired;
    expect(hand.started).toHaveLength(1);
    expect(reported).toEqual([]);
    expect(work.position).toBe(1n);
  });

  it('waits for the generation before it', async () => {
    const hand = new ByHand();
    const before = Promise.withResolvers<undefined>();
    const work = new PartitionWork(0, { lanes: 2, batchSize: 1 }, before.promise, hand.process, () => undefined);
    work.add(fetched(0, ['a', 'b']));
    await settled();
    expect(hand.started).toEqual([]);
    before.resolve(undefined);
    await settled();
    expect(hand.started.length).toBeGreaterThan(0);
  });

  it('keeps a key in one lane and uses all lanes for many keys', () => {
    const lanes = new Set(Array.from({ length: 500 }, (_, index) => laneOf(recordOf(index, `key-${index}`), 8)));
    expect(lanes.size).toBe(8);
    expect(laneOf(recordOf(1, 'same'), 8)).toBe(laneOf(recordOf(99, 'same'), 8));
    expect(new Set([0, 1, 2, 3].map((offset) => laneOf(recordOf(offset, null), 4)))).toEqual(new Set([0, 1, 2, 3]));
  });
});
