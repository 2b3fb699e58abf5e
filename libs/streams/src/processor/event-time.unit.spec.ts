import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  hopping,
  longCodec,
  sessionCodec,
  sessions,
  StreamsBuilder,
  streamTopic,
  stringCodec,
  windowedCodec,
} from '../index.ts';
import { inOrderOfArrival, interruptions, lateRecords, play, type PlayedRecord } from '../../fixtures/replay.ts';

const graceMs = 30;
const toMs = 400;
const left = streamTopic({ name: 'left', key: stringCodec, value: stringCodec });
const right = streamTopic({ name: 'right', key: stringCodec, value: stringCodec });
const joined = streamTopic({ name: 'joined', key: stringCodec, value: stringCodec });

/** Moves stream time past everything. */
const theEnd: PlayedRecord = { topic: left, record: { key: 'end', value: '', timestampMs: 100_000 } };

const played = (
  records: readonly { readonly key: string; readonly timestampMs: number; readonly delayMs: number }[],
) => [
  ...inOrderOfArrival(records).map(({ key, timestampMs }) => ({
    topic: left,
    record: { key, value: 'x', timestampMs },
  })),
  theEnd,
];

describe('results by event time, in any order within grace, with any commits and crashes', () => {
  it('are those of the windows', () => {
    fc.assert(
      fc.property(
        lateRecords(graceMs, toMs),
        interruptions,
        fc.constantFrom([50, 50], [50, 20], [60, 30], [10, 3]),
        (records, script, [sizeMs = 1, advanceMs = 1]) => {
          const output = streamTopic({ name: 'windows', key: windowedCodec(stringCodec, sizeMs), value: longCodec });
          const builder = new StreamsBuilder('app');
          const windows = hopping({ sizeMs, advanceMs, graceMs });
          builder.stream(left).groupByKey().windowedBy(windows).count({ name: 'counts' }).to(output);
          const driver = play(builder.build(), played(records), script);
          const expected = new Map<string, number>();
          for (const { key, timestampMs } of records)
            for (let start = -100 * advanceMs; start <= timestampMs; start += advanceMs)
              if (timestampMs < start + sizeMs)
                expected.set(`${key}@${start}`, (expected.get(`${key}@${start}`) ?? 0) + 1);
          const told = driver.read(output).map(({ key, value }) => `${key.key}@${key.startMs}=${value}`);
          expect(told.sort()).toEqual([...expected].map(([window, count]) => `${window}=${count}`).sort());
          expect(driver.lateRecords('counts')).toBe(0);
        },
      ),
    );
  });

  it('are those of the sessions', () => {
    const gapMs = 25;
    const output = streamTopic({ name: 'sessions', key: sessionCodec(stringCodec), value: longCodec });
    fc.assert(
      fc.property(lateRecords(graceMs, toMs), interruptions, (records, script) => {
        const builder = new StreamsBuilder('app');
        builder.stream(left).groupByKey().windowedBy(sessions({ gapMs, graceMs })).count({ name: 'visits' }).to(output);
        const driver = play(builder.build(), played(records), script);
        const expected: string[] = [];
        for (const key of ['a', 'b', 'c']) {
          const times = records.filter((record) => record.key === key).map(({ timestampMs }) => timestampMs);
          times.sort((one, other) => one - other);
          for (let from = 0, to = 0; from < times.length; from = ++to) {
            while (to + 1 < times.length && times[to + 1]! - times[to]! <= gapMs) to++;
            expected.push(`${key}@${times[from]}-${times[to]}=${to - from + 1}`);
          }
        }
        const told = driver.read(output).map(({ key, value }) => `${key.key}@${key.startMs}-${key.endMs}=${value}`);
        expect(told.sort()).toEqual(expected.sort());
      }),
    );
  });

  it('are those of the join of two streams', () => {
    const [beforeMs, afterMs] = [15, 40];
    fc.assert(
      fc.property(
        lateRecords(graceMs, toMs),
        interruptions,
        fc.constantFrom('inner' as const, 'left' as const, 'outer' as const),
        (records, script, kind) => {
          const builder = new StreamsBuilder('app');
          const withinMs = { beforeMs, afterMs };
          const join = (one?: string, other?: string): string => `${one ?? '-'}/${other ?? '-'}`;
          builder
            .stream(left)
            .joinStream(builder.stream(right), { name: 'meet', kind, withinMs, graceMs, join })
            .to(joined);
          const numbered = records.map((record, index) => ({ ...record, value: String(index) }));
          const arriving = inOrderOfArrival(numbered).map(({ side, delayMs: _, ...record }) => ({
            topic: side ? left : right,
            record,
          }));
          const driver = play(builder.build(), [...arriving, theEnd], script);
          const ones = numbered.filter(({ side }) => side);
          const others = numbered.filter(({ side }) => !side);
          const meets = (one: (typeof ones)[0], other: (typeof ones)[0]): boolean =>
            one.key === other.key &&
            other.timestampMs >= one.timestampMs - beforeMs &&
            other.timestampMs <= one.timestampMs + afterMs;
          const expected = ones.flatMap((one) => {
            const met = others.filter((other) => meets(one, other)).map((other) => join(one.value, other.value));
            return met.length > 0 || kind === 'inner' ? met : [join(one.value)];
          });
          if (kind === 'outer')
            for (const other of others)
              if (!ones.some((one) => meets(one, other))) expected.push(join(undefined, other.value));
          const told = driver.read(joined).map(({ value }) => value);
          expect(told.sort()).toEqual(expected.sort());
        },
      ),
    );
  });
});
