import { describe, expect, it } from '@jest/globals';
import {
  hopping,
  jsonCodec,
  longCodec,
  sessionCodec,
  sessions,
  StreamsBuilder,
  streamTopic,
  stringCodec,
  TopologyDriver,
  tumbling,
  windowedCodec,
} from '../index.ts';

const clicks = streamTopic({ name: 'clicks', key: stringCodec, value: stringCodec });
const perMinute = streamTopic({ name: 'per-minute', key: windowedCodec(stringCodec, 60_000), value: longCodec });
const perSession = streamTopic({ name: 'per-session', key: sessionCodec(stringCodec), value: longCodec });
const results = streamTopic({ name: 'results', key: stringCodec, value: stringCodec });
const totals = streamTopic({ name: 'totals', key: stringCodec, value: longCodec });

const click = (key: string, timestampMs: number, value = 'x') => ({ key, value, timestampMs });
const counts = (driver: TopologyDriver) =>
  driver.read(perMinute).map(({ key, value }) => [key.key, key.startMs, value] as const);

describe('a window of time', () => {
  it('tells its result once, when stream time is past its end and grace', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs: 60_000, graceMs: 5_000 }))
      .count({ name: 'counts' })
      .to(perMinute);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 1_000));
    driver.pipe(clicks, click('b', 59_999));
    driver.pipe(clicks, click('a', 64_999));
    driver.pipe(clicks, click('a', 2_000));
    expect(counts(driver)).toEqual([]);
    driver.pipe(clicks, click('c', 65_000));
    expect(counts(driver)).toEqual([
      ['a', 0, 2],
      ['b', 0, 1],
    ]);
    driver.pipe(clicks, click('a', 3_000));
    driver.pipe(clicks, click('c', 125_000));
    expect(counts(driver)).toEqual([
      ['a', 60_000, 1],
      ['c', 60_000, 1],
    ]);
    expect(driver.lateRecords('counts')).toBe(1);
  });

  it('tells every change when asked for updates', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs: 60_000 }))
      .count({ name: 'counts', emit: 'updates' })
      .to(perMinute);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 1_000));
    driver.pipe(clicks, click('a', 2_000));
    expect(counts(driver)).toEqual([
      ['a', 0, 1],
      ['a', 0, 2],
    ]);
  });

  it('overlaps with others when it hops', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(hopping({ sizeMs: 60_000, advanceMs: 20_000 }))
      .count({ name: 'counts', emit: 'updates' })
      .to(perMinute);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 100_000));
    expect(counts(driver)).toEqual([
      ['a', 100_000, 1],
      ['a', 80_000, 1],
      ['a', 60_000, 1],
    ]);
  });

  it('is corrected by a late record while it is retained, when late records update', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs: 60_000 }))
      .count({ name: 'counts', late: { update: { retentionMs: 60_000 } } })
      .to(perMinute);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 1_000));
    driver.pipe(clicks, click('b', 119_999));
    expect(counts(driver)).toEqual([['a', 0, 1]]);
    driver.pipe(clicks, click('a', 2_000));
    expect(counts(driver)).toEqual([['a', 0, 2]]);
    driver.pipe(clicks, click('b', 120_000));
    driver.pipe(clicks, click('a', 3_000));
    expect(counts(driver)).toEqual([['b', 60_000, 1]]);
    expect(driver.lateRecords('counts')).toBe(1);
  });

  it('writes late records to a topic of their own, as they were', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs: 60_000 }))
      .count({ name: 'counts', late: results })
      .to(perMinute);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 60_000));
    driver.pipe(clicks, click('b', 59_000, 'too late'));
    expect(driver.read(results)).toEqual([click('b', 59_000, 'too late')]);
  });
});

describe('a session', () => {
  const build = (emit: 'final' | 'updates') => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(clicks)
      .groupByKey()
      .windowedBy(sessions({ gapMs: 1_000, graceMs: 500 }))
      .count({ name: 'visits', emit })
      .to(perSession);
    return new TopologyDriver(builder.build());
  };
  const read = (driver: TopologyDriver) =>
    driver.read(perSession).map(({ key, value }) => [key.key, key.startMs, key.endMs, value] as const);

  it('lasts until its key was silent for longer than the gap', () => {
    const driver = build('final');
    for (const timestampMs of [1_000, 2_000, 2_900]) driver.pipe(clicks, click('a', timestampMs));
    driver.pipe(clicks, click('b', 4_400));
    expect(read(driver)).toEqual([]);
    driver.pipe(clicks, click('b', 4_401));
    expect(read(driver)).toEqual([['a', 1_000, 2_900, 3]]);
  });

  it('becomes one with another when a record closes the gap between them', () => {
    const driver = build('updates');
    driver.pipe(clicks, click('a', 1_000));
    driver.pipe(clicks, click('a', 2_500));
    driver.pipe(clicks, click('a', 1_800));
    expect(read(driver)).toEqual([
      ['a', 1_000, 1_000, 1],
      ['a', 2_500, 2_500, 1],
      ['a', 1_000, 1_000, null],
      ['a', 2_500, 2_500, null],
      ['a', 1_000, 2_500, 3],
    ]);
  });
});

describe('a join', () => {
  const names = streamTopic({ name: 'names', key: stringCodec, value: stringCodec });
  const views = streamTopic({ name: 'views', key: stringCodec, value: stringCodec });

  it('with a table finds the newest value, and nothing after a tombstone', () => {
    const builder = new StreamsBuilder('app');
    const table = builder.table(names);
    builder
      .stream(clicks)
      .leftJoin(table, (value, name) => `${value} by ${name ?? 'nobody'}`)
      .to(results);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(names, click('a', 1, 'Ada'));
    driver.pipe(clicks, click('a', 2, 'one'));
    driver.pipe(names, { key: 'a', value: null, timestampMs: 3 });
    driver.pipe(clicks, click('a', 4, 'two'));
    expect(driver.read(results).map(({ value }) => value)).toEqual(['one by Ada', 'two by nobody']);
  });

  it('of two streams tells a lonely record only when nobody can come any more', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(views)
      .joinStream(builder.stream(clicks), {
        name: 'clicked',
        kind: 'outer',
        withinMs: 100,
        graceMs: 10,
        join: (view, clicked) => `${view ?? '-'}/${clicked ?? '-'}`,
      })
      .to(results);
    const driver = new TopologyDriver(builder.build());
    driver.pipe(views, click('a', 1_000, 'v1'));
    driver.pipe(clicks, click('a', 1_100, 'c1'));
    driver.pipe(clicks, click('b', 1_000 + 95, 'c2'));
    driver.pipe(views, click('z', 1_205, 'v2'));
    expect(driver.read(results).map(({ value }) => value)).toEqual(['v1/c1']);
    driver.pipe(views, click('z', 1_206, 'v3'));
    expect(driver.read(results).map(({ value }) => value)).toEqual(['-/c2']);
  });

  it('by keys that were changed is refused until the stream went through a topic', () => {
    const builder = new StreamsBuilder('app');
    const byValue = builder.stream(clicks).selectKey((value) => value);
    expect(() => byValue.groupByKey()).toThrow(
      expect.objectContaining({ code: 'NOT_PARTITIONED_BY_KEY', message: expect.stringContaining('.through(') }),
    );
    byValue
      .through('by-value', { key: (value) => value, keyCodec: stringCodec, valueCodec: stringCodec })
      .groupByKey()
      .count({ name: 'totals' })
      .toStream()
      .to(totals);
    const driver = new TopologyDriver(builder.build(), { partitions: 3 });
    driver.pipe(clicks, click('a', 1, 'x'));
    driver.pipe(clicks, click('b', 2, 'x'));
    expect(driver.read(totals)).toEqual([
      { key: 'x', value: 1, timestampMs: 1 },
      { key: 'x', value: 2, timestampMs: 2 },
    ]);
  });
});

describe('a restart', () => {
  it('goes on from the changelogs, stream time included', () => {
    const builder = new StreamsBuilder('app');
    const grouped = builder.stream(clicks).groupByKey();
    grouped
      .windowedBy(tumbling({ sizeMs: 60_000 }))
      .count({ name: 'counts' })
      .to(perMinute);
    grouped
      .windowedBy(sessions({ gapMs: 1_000 }))
      .count({ name: 'visits' })
      .to(perSession);
    grouped.aggregate({ name: 'last', codec: jsonCodec<string[]>(), add: (all = [], value) => [...all, value] });
    const driver = new TopologyDriver(builder.build());
    driver.pipe(clicks, click('a', 1_000, 'one'));
    driver.pipe(clicks, click('a', 70_000, 'two'));
    driver.restart();
    driver.pipe(clicks, click('a', 59_000, 'late'));
    driver.pipe(clicks, click('a', 70_500, 'three'));
    driver.pipe(clicks, click('b', 140_000));
    expect(counts(driver)).toEqual([
      ['a', 0, 1],
      ['a', 60_000, 2],
    ]);
    expect(driver.lateRecords('counts')).toBe(1);
    expect(driver.read(perSession).map(({ key, value }) => [key.startMs, key.endMs, value])).toEqual([
      [1_000, 1_000, 1],
      [70_000, 70_500, 2],
    ]);
    expect(driver.get('last', 'a')).toEqual(['one', 'two', 'late', 'three']);
  });
});
