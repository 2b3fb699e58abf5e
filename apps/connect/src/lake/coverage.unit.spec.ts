import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countedOnce, resumptionOf, unclaimed } from './coverage.ts';
import { fileNameOf, parsePath, pathOf, type LakeFile } from './lake-file.ts';

const topic = 'likes';
const file = (date: string, first: number, last: number): LakeFile => ({ topic, date, partition: 0, first, last });

/** What a model of the lake holds: files by name, with the offsets that are in them. */
type Lake = Map<string, { readonly file: LakeFile; readonly offsets: readonly number[] }>;

/** The log of one partition: the day of each record, undefined for a marker or a record that was compacted away. */
type Log = readonly (string | undefined)[];

const daysOf = (log: Log, first: number, last: number): Map<string, number[]> => {
  const days = new Map<string, number[]>();
  for (let offset = first; offset <= last; offset++) {
    const day = log[offset];
    if (day !== undefined) days.set(day, [...(days.get(day) ?? []), offset]);
  }
  return days;
};

/**
 * A writer as the sink is one, until its steps are over: then it is dead, between two renames as likely as anywhere.
 * @returns whether it came to the end of the log
 */
function write(lake: Lake, log: Log, batchSizes: readonly number[], steps: number): boolean {
  const files = [...lake.values()].map((one) => one.file);
  const { resumeFrom = 0, claimedTo } = resumptionOf(files);
  let left = steps;
  let first = resumeFrom;
  for (let batch = 0; first < log.length; batch++) {
    let last = Math.min(log.length, first + batchSizes[batch % batchSizes.length]!) - 1;
    if (first <= claimedTo) last = Math.min(last, claimedTo);
    const pieces = [...daysOf(log, first, last).keys()].flatMap((date) => {
      const own = [...lake.values()].map((one) => one.file).filter((one) => one.date === date);
      return unclaimed(own, { first, last }).map((span) => file(date, span.first, span.last));
    });
    for (const piece of pieces.sort((one, other) => one.first - other.first)) {
      const offsets = daysOf(log, piece.first, piece.last).get(piece.date);
      if (!offsets) continue;
      if (left-- <= 0) return false;
      lake.set(pathOf(piece), { file: piece, offsets });
    }
    first = last + 1;
  }
  return true;
}

const days = ['2026-01-01', '2026-01-02', '2026-01-03'];
const logs = fc.array(fc.option(fc.constantFrom(...days), { nil: undefined, freq: 8 }), {
  minLength: 1,
  maxLength: 60,
});
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
const lives = fc.array(fc.record({ sizes, steps: fc.integer({ min: 0, max: 6 }) }), { maxLength: 8 });

const offsetsOf = (lake: Lake): number[] =>
  [...lake.values()].flatMap(({ offsets }) => offsets).sort((one, other) => one - other);
const present = (log: Log): number[] => log.flatMap((day, offset) => (day === undefined ? [] : [offset]));

describe('the names of the files', () => {
  it('lead a writer that was killed at any moment to a lake that has each record once', () => {
    fc.assert(
      fc.property(logs, lives, sizes, (log, killed, finalSizes) => {
        const lake: Lake = new Map();
        for (const life of killed) {
          write(lake, log, life.sizes, life.steps);
          // At no moment a record is there twice, for whoever reads all files.
          expect(new Set(offsetsOf(lake)).size).toBe(offsetsOf(lake).length);
        }
        expect(write(lake, log, finalSizes, Infinity)).toBe(true);
        expect(offsetsOf(lake)).toEqual(present(log));
      }),
      { numRuns: 1_000 },
    );
  });

  it('lead to each record counted once also where a writer that lost its partition goes on writing', () => {
    fc.assert(
      fc.property(logs, lives, sizes, (log, others, finalSizes) => {
        const lake: Lake = new Map();
        for (const life of others) {
          // Each begins from what it saw, and none hears of the other: their files overlap.
          const seen: Lake = new Map(lake);
          write(seen, log, life.sizes, life.steps);
          write(lake, log, [...life.sizes].reverse(), life.steps);
          for (const [path, written] of seen) lake.set(path, written);
        }
        write(lake, log, finalSizes, Infinity);
        const { counted } = countedOnce([...lake.values()].map((one) => one.file));
        const offsets = counted.flatMap(({ file: one, span }) =>
          lake.get(pathOf(one))!.offsets.filter((offset) => offset >= span.first && offset <= span.last),
        );
        expect(offsets.sort((one, other) => one - other)).toEqual(present(log));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are read as they were written, and what is named otherwise is none', () => {
    const named = fc.record({
      topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,30}$/),
      date: fc.constantFrom(...days),
      partition: fc.nat(1_000),
      first: fc.nat(),
      last: fc.nat(),
    });
    fc.assert(
      fc.property(named, ({ first, last, ...rest }) => {
        const one = { ...rest, first: Math.min(first, last), last: Math.max(first, last) };
        expect(parsePath(pathOf(one))).toEqual(one);
      }),
    );
    const name = fileNameOf(file(days[0]!, 3, 5));
    for (const path of [
      `likes/${name}`,
      `likes/2026-01-01/${name}`,
      `likes/date=2026-01-01/more/${name}`,
      `likes/date=2026-01-01/${name}.draft`,
      'likes/date=2026-01-01/posts-0-3-5.parquet',
      'likes/date=2026-01-01/likes-0-5-3.parquet',
      'likes/_drafts/0-1/1.draft',
    ])
      expect(parsePath(path)).toBeUndefined();
  });
});

describe('files of one day that overlap', () => {
  it('count once: the one that begins first, and of those the larger', () => {
    const day = days[0]!;
    const merged = file(day, 0, 20);
    const { counted, superseded } = countedOnce([
      file(day, 5, 9),
      merged,
      file(day, 0, 4),
      file(day, 15, 30),
      file(day, 40, 50),
    ]);
    expect(counted.map(({ file: { first }, span }) => [first, span])).toEqual([
      [0, { first: 0, last: 20 }],
      [15, { first: 21, last: 30 }],
      [40, { first: 40, last: 50 }],
    ]);
    expect(superseded).toEqual([file(day, 0, 4), file(day, 5, 9)]);
  });
});
