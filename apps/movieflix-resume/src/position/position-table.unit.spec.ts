import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionPositions } from './partition-positions.ts';
import { PositionTable } from './position-table.ts';
import { compareReports, isFinished, keyOf, type Position } from './position.ts';

fc.configureGlobal({ numRuns: 10 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) });

/** Few users, shows, devices and times, so that reports meet. */
const reports = fc.array(
  fc.record({
    userId: fc.constantFrom('ann', 'ben'),
    showId: fc.constantFrom('a', 'bb', 'ccc'),
    deviceId: fc.constantFrom('tv', 'phone', 'a-tablet'),
    occurredAtMs: fc.integer({ min: 1, max: 5 }),
    positionSeconds: fc.integer({ min: 0, max: 3 }),
    durationSeconds: fc.constantFrom(3, 4.5),
    finished: fc.boolean(),
  }),
  { maxLength: 40 },
);

const newestByKey = (all: readonly Position[]): Map<string, Position> => {
  const newest = new Map<string, Position>();
  for (const report of all) {
    const held = newest.get(keyOf(report));
    if (!held || compareReports(report, held) > 0) newest.set(keyOf(report), report);
  }
  return newest;
};

const contentOf = (table: PositionTable): Map<string, Position> =>
  new Map(['ann', 'ben'].flatMap((user) => table.ofUser(user).map((position) => [keyOf(position), position] as const)));

/** A record of the log, its value standing for itself. */
class Log {
  readonly values: Position[] = [];
  readonly codec = { decode: (value: Buffer) => this.values[value.readUInt32LE(0)] };

  record(position: Position) {
    const key = Buffer.from(keyOf(position));
    const value = Buffer.alloc(4);
    value.writeUInt32LE(this.values.push(position) - 1, 0);
    return {
      source: Buffer.concat([key, value]),
      keyStart: 0,
      keyEnd: key.length,
      valueStart: key.length,
      valueEnd: key.length + 4,
      timestampMs: 0,
    };
  }
}

describe('of the reports of one show', () => {
  it('the latest in event time holds, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(reports, fc.infiniteStream(fc.nat()), (all, order) => {
        const given = [...all, ...all.slice(0, 5)]
          .map((report) => ({ report, rank: order.next().value as number }))
          .sort((one, other) => one.rank - other.rank)
          .map(({ report }) => report);
        const table = new PositionTable();
        for (const report of given) table.merge(report);
        const newest = newestByKey(all);
        const held = contentOf(table);
        expect([...held.keys()].sort()).toEqual([...newest.keys()].sort());
        for (const [key, position] of held) expect(compareReports(position, newest.get(key)!)).toBe(0);
        expect(table.size).toBe(newest.size);
      }),
    );
  });

  it('a later one never gives way to an earlier one', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const table = new PositionTable();
        for (const report of all) {
          const before = table.get(report.userId, report.showId);
          const order = table.merge(report);
          const after = table.get(report.userId, report.showId)!;
          expect(after.occurredAtMs).toBeGreaterThanOrEqual(Math.max(before?.occurredAtMs ?? 0, report.occurredAtMs));
          expect(Math.sign(order)).toBe(before ? Math.sign(compareReports(report, before)) : 1);
        }
      }),
    );
  });

  it('one is finished when at most the last twentieth is left', () => {
    expect(isFinished({ positionSeconds: 5_700, durationSeconds: 6_000 })).toBe(true);
    expect(isFinished({ positionSeconds: 5_699.9, durationSeconds: 6_000 })).toBe(false);
  });
});

describe('the table of positions', () => {
  it('gives back what it took, and forgets what is removed', () => {
    fc.assert(
      fc.property(reports, fc.array(fc.nat(), { maxLength: 10 }), (all, removals) => {
        const table = new PositionTable();
        const expected = new Map<string, Position>();
        for (const [index, report] of all.entries()) {
          const gone = all[removals[index] ?? -1];
          if (gone) {
            table.remove(gone.userId, gone.showId);
            expected.delete(keyOf(gone));
          }
          if (table.merge(report) > 0) expected.set(keyOf(report), report);
          expect(contentOf(table)).toEqual(expected);
          expect(table.size).toBe(expected.size);
          expect(table.users).toBe(new Set([...expected.values()].map(({ userId }) => userId)).size);
        }
      }),
    );
  });

  it('holds a user with thousands of shows, and identifiers of any length', () => {
    const table = new PositionTable();
    const all = Array.from({ length: 3_000 }, (_, index) => ({
      userId: 'u'.repeat(100),
      showId: `${index}`.padStart(1 + (index % 100), 's'),
      deviceId: 'd'.repeat(1 + (index % 100)),
      occurredAtMs: 1_700_000_000_000 + index,
      positionSeconds: index / 7,
      durationSeconds: 360_000,
      finished: index % 2 === 0,
    }));
    for (const position of all) table.merge(position);
    const expected = newestByKey(all);
    const held = table.ofUser('u'.repeat(100));
    expect(new Map(held.map((position) => [keyOf(position), position]))).toEqual(expected);
  });
});

describe('a partition whose log holds reports out of order', () => {
  it('names those whose newest report is not the last of their key, until it is', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const log = new Log();
        const partition = new PartitionPositions(log.codec);
        const apply = (position: Position) => partition.apply(log.record(position));
        for (const report of all) apply(report);
        const last = new Map(all.map((report) => [keyOf(report), report]));
        const newest = newestByKey(all);
        const wrong = [...newest.keys()].filter((key) => compareReports(newest.get(key)!, last.get(key)!) > 0);
        expect(partition.takeOvertaken()).toEqual([]);
        const overtaken = partition.takeOvertaken();
        expect(overtaken.map(keyOf).sort()).toEqual(wrong.sort());
        for (const position of overtaken) expect(compareReports(position, newest.get(keyOf(position))!)).toBe(0);
        for (const position of overtaken) apply(position);
        partition.takeOvertaken();
        expect(partition.takeOvertaken()).toEqual([]);
      }),
    );
  });

  it('waits for what was acknowledged a moment ago and not read yet', () => {
    const log = new Log();
    const partition = new PartitionPositions(log.codec);
    const at = (occurredAtMs: number): Position => ({
      userId: 'ann',
      showId: 'a',
      deviceId: 'tv',
      occurredAtMs,
      positionSeconds: 1,
      durationSeconds: 10,
      finished: false,
    });
    partition.table.merge(at(1));
    partition.table.merge(at(2));
    partition.apply(log.record(at(1)));
    expect(partition.takeOvertaken()).toEqual([]);
    partition.apply(log.record(at(2)));
    expect(partition.takeOvertaken()).toEqual([]);
    expect(partition.takeOvertaken()).toEqual([]);
  });
});
