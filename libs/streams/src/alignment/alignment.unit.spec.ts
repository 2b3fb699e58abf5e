import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  longCodec,
  StreamsBuilder,
  streamTopic,
  stringCodec,
  TopologyDriver,
  tumbling,
  windowedCodec,
  type DriverRecord,
  type Topology,
} from '../index.ts';

const partitions = 3;
const sizeMs = 50;
const graceMs = 20;
const taxis = streamTopic({ name: 'taxis', key: stringCodec, value: stringCodec });
const rides = streamTopic({ name: 'rides', key: stringCodec, value: stringCodec });
const output = streamTopic({ name: 'counts', key: windowedCodec(stringCodec, sizeMs), value: longCodec });

/** Counts two streams by their values, behind an aligned topic. */
function counts(): Topology {
  const builder = new StreamsBuilder('app');
  builder
    .stream(taxis)
    .merge(builder.stream(rides))
    .through('by-zone', { key: (zone) => zone, keyCodec: stringCodec, valueCodec: stringCodec, aligned: true })
    .groupByKey()
    .windowedBy(tumbling({ sizeMs, graceMs }))
    .count({ name: 'counts' })
    .to(output);
  return builder.build();
}

const told = (driver: TopologyDriver): string[] =>
  driver.read(output).map(({ key, value }) => `${key.key}@${key.startMs}=${value}`);

const record = (timestampMs: number, value = 'zone'): DriverRecord<string, string> => ({
  key: 'k',
  value,
  timestampMs,
});

type Given = readonly (readonly DriverRecord<string, string>[])[];

/** Each input's records come by time, late by at most grace. */
const inputs = fc.array(
  fc
    .array(
      fc.record({
        timestampMs: fc.nat({ max: 400 }),
        delayMs: fc.nat({ max: graceMs }),
        value: fc.constantFrom('a', 'b', 'c'),
      }),
      { maxLength: 20 },
    )
    .map((records) =>
      [...records]
        .sort((one, other) => one.timestampMs + one.delayMs - (other.timestampMs + other.delayMs))
        .map(({ timestampMs, value }) => record(timestampMs, value)),
    ),
  { minLength: 2 * partitions, maxLength: 2 * partitions },
);

/** Which input goes on, and what happens besides. */
const schedule = fc.array(
  fc.record({
    input: fc.nat({ max: 2 * partitions - 1 }),
    runs: fc.integer({ min: 1, max: 20 }),
    then: fc.constantFrom('none', 'commit', 'restart'),
  }),
  { maxLength: 40 },
);

function expectedOf(given: Given): string[] {
  const sums = new Map<string, number>();
  for (const { value, timestampMs } of given.flat()) {
    const window = `${value}@${Math.floor(timestampMs / sizeMs) * sizeMs}`;
    sums.set(window, (sums.get(window) ?? 0) + 1);
  }
  return [...sums].map(([window, sum]) => `${window}=${sum}`).sort();
}

describe('behind an aligned topic', () => {
  it('windows are the same however far one input is ahead of another, with any commits and restarts', () => {
    fc.assert(
      fc.property(inputs, schedule, (given, steps) => {
        const driver = new TopologyDriver(counts(), { partitions, commitEach: false });
        const next = given.map(() => 0);
        const pipe = (input: number): void => {
          const each = given[input]![next[input]!];
          if (!each) return;
          next[input]!++;
          driver.pipe(input < partitions ? taxis : rides, each, input % partitions);
        };
        for (const { input, runs, then } of steps) {
          for (let run = 0; run < runs; run++) pipe(input);
          if (then !== 'none') driver.commit();
          if (then === 'restart') driver.restart();
        }
        for (const [input, records] of given.entries()) for (let left = records.length; left > 0; left--) pipe(input);
        driver.commit();
        // The end of all: every input has come to it.
        for (let input = 0; input < 2 * partitions; input++)
          driver.pipe(input < partitions ? taxis : rides, record(10_000, 'end'), input % partitions);
        driver.commit();
        expect(told(driver).sort()).toEqual(expectedOf(given));
        expect(driver.lateRecords('counts')).toBe(0);
      }),
    );
  });

  it('nothing is closed while an input has said nothing, unless it rests', () => {
    const driver = new TopologyDriver(counts(), { partitions });
    for (let partition = 0; partition < partitions; partition++) {
      driver.pipe(taxis, record(10), partition);
      driver.pipe(taxis, record(500), partition);
    }
    driver.pipe(rides, record(20), 0);
    driver.pipe(rides, record(500), 0);
    expect(told(driver)).toEqual([]);
    driver.rest(rides);
    expect(told(driver)).toEqual([`zone@0=${partitions + 1}`]);
  });

  it('an input that rested is waited for again once it has something', () => {
    const driver = new TopologyDriver(counts(), { partitions });
    driver.rest();
    driver.pipe(rides, record(10), 1);
    for (let partition = 0; partition < partitions; partition++) driver.pipe(taxis, record(1_000), partition);
    expect(told(driver)).toEqual([]);
    driver.pipe(rides, record(1_000), 1);
    expect(told(driver)).toEqual(['zone@0=1']);
  });

  it('event time is the latest of all when all rest', () => {
    const driver = new TopologyDriver(counts(), { partitions });
    driver.pipe(rides, record(10), 1);
    driver.pipe(taxis, record(200), 2);
    expect(told(driver)).toEqual([]);
    driver.rest();
    expect(told(driver)).toEqual(['zone@0=1']);
  });
});

describe('distinct records of a window', () => {
  const seen = streamTopic({ name: 'seen', key: stringCodec, value: stringCodec });
  const build = (): TopologyDriver => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(taxis)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs, graceMs }))
      .distinct({ name: 'first', by: (zone) => zone })
      .to(seen);
    return new TopologyDriver(builder.build());
  };

  it('are told once, at once, for each key, value and window, also after a restart', () => {
    const driver = build();
    driver.pipe(taxis, { key: 't', value: 'a', timestampMs: 1 });
    driver.restart();
    driver.pipe(taxis, { key: 't', value: 'a', timestampMs: 40 });
    driver.pipe(taxis, { key: 't', value: 'b', timestampMs: 41 });
    driver.pipe(taxis, { key: 'u', value: 'a', timestampMs: 42 });
    driver.pipe(taxis, { key: 't', value: 'a', timestampMs: 50 });
    driver.pipe(taxis, { key: 't', value: 'a', timestampMs: 2 });
    expect(driver.read(seen).map(({ key, value, timestampMs }) => `${key}${value}${timestampMs}`)).toEqual([
      'ta1',
      'tb41',
      'ua42',
      'ta50',
    ]);
    driver.pipe(taxis, { key: 'u', value: 'a', timestampMs: 500 });
    driver.pipe(taxis, { key: 'u', value: 'z', timestampMs: 3 });
    expect(driver.read(seen).map(({ timestampMs }) => timestampMs)).toEqual([500]);
    expect(driver.lateRecords('first')).toBe(1);
  });

  it('need windows that do not overlap', () => {
    const builder = new StreamsBuilder('app');
    const windows = builder.stream(taxis).groupByKey().windowedBy({ kind: 'time', sizeMs, advanceMs: 10, graceMs });
    expect(() => windows.distinct({ name: 'first', by: (zone) => zone })).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY_INVALID' }),
    );
  });
});

describe('conflated updates', () => {
  it('are the newest of each identity of a commit, in the order of the newest', () => {
    const kept = streamTopic({ name: 'kept', key: stringCodec, value: stringCodec });
    const builder = new StreamsBuilder('app');
    builder
      .stream(taxis)
      .conflate((value) => value.charAt(0))
      .to(kept);
    const driver = new TopologyDriver(builder.build(), { commitEach: false });
    for (const value of ['a1', 'b1', 'a2']) driver.pipe(taxis, record(1, value));
    driver.commit();
    driver.pipe(taxis, record(2, 'b2'));
    driver.commit();
    expect(driver.read(kept).map(({ value }) => value)).toEqual(['b1', 'a2', 'b2']);
  });
});

describe('a memory that is renewed when it is over', () => {
  it('is called again and again as event time goes on', () => {
    const kept = streamTopic({ name: 'kept', key: stringCodec, value: stringCodec });
    const builder = new StreamsBuilder('app');
    builder
      .stream(taxis)
      .groupByKey()
      .remember<number, string>({
        name: 'left',
        codec: longCodec,
        meet: (known, _value, timestampMs) => known ?? { state: 3, untilMs: timestampMs + 10 },
        over(left, tell) {
          tell(`left ${left}`);
          return left > 1 ? { state: left - 1, untilMs: (4 - left) * 10 + 10 } : undefined;
        },
      })
      .to(kept);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(taxis, record(0));
    driver.pipe(taxis, { key: 'other', value: '', timestampMs: 25 });
    expect(driver.read(kept).map(({ value }) => value)).toEqual(['left 3', 'left 2']);
  });
});
