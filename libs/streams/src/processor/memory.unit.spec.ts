import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { longCodec, StreamsBuilder, streamTopic, stringCodec, TopologyDriver, type Topology } from '../index.ts';
import { interruptions, play } from '../../fixtures/replay.ts';

const keptMs = 50;
const input = streamTopic({ name: 'input', key: stringCodec, value: stringCodec });
const output = streamTopic({ name: 'output', key: stringCodec, value: stringCodec });
const totals = streamTopic({ name: 'totals', key: stringCodec, value: longCodec });

/** Tells of each value that is its key's first for a while, `again` of the others, and at the end how many there were. */
function firsts(): Topology {
  const builder = new StreamsBuilder('app');
  builder
    .stream(input)
    .groupByKey()
    .remember<string, string>({
      name: 'seen',
      codec: stringCodec,
      meet(known, value, timestampMs, tell) {
        tell(known ? `again ${value}` : value);
        return known
          ? { state: `${known.state}${value}`, untilMs: known.untilMs }
          : { state: value, untilMs: timestampMs + keptMs };
      },
      over: (state, tell) => tell(`over ${state}`),
    })
    .to(output);
  return builder.build();
}

/** The same by hand, over records in the order of their coming. */
function firstsByHand(records: readonly { readonly key: string; readonly timestampMs: number }[]): string[] {
  const seen = new Map<string, { state: string; untilMs: number }>();
  const told: string[] = [];
  let nowMs = -1;
  for (const { key, timestampMs } of records) {
    nowMs = Math.max(nowMs, timestampMs);
    const ended = [...seen].filter(([, { untilMs }]) => untilMs < nowMs).sort((a, b) => a[1].untilMs - b[1].untilMs);
    for (const [name, { state }] of ended) {
      seen.delete(name);
      told.push(`${name}: over ${state}`);
    }
    const known = seen.get(key);
    told.push(known ? `${key}: again x` : `${key}: x`);
    if (known) known.state += 'x';
    else seen.set(key, { state: 'x', untilMs: timestampMs + keptMs });
  }
  return told;
}

const arrivals = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), timestampMs: fc.nat({ max: 300 }) }), {
  maxLength: 40,
});

const records = (given: readonly { readonly key: string; readonly timestampMs: number }[]) =>
  given.map(({ key, timestampMs }) => ({ topic: input, record: { key, value: 'x', timestampMs } }));

describe('what is remembered of a key', () => {
  it('meets what comes until its time is over, with any commits and crashes', () => {
    fc.assert(
      fc.property(arrivals, interruptions, (given, script) => {
        const played = [...given, { key: 'end', timestampMs: 10_000 }];
        const driver = play(firsts(), records(played), script);
        const told = driver.read(output).map(({ key, value }) => `${key}: ${value}`);
        expect(told.sort()).toEqual(firstsByHand(played).sort());
      }),
    );
  });

  it('is forgotten where nothing is answered, and costs nothing where the same is', () => {
    const builder = new StreamsBuilder('app');
    builder
      .stream(input)
      .groupByKey()
      .remember<string, string>({
        name: 'seen',
        codec: stringCodec,
        meet(known, value, _timestampMs, tell) {
          tell(known ? 'known' : 'new');
          if (value === 'forget') return undefined;
          return known ?? { state: value, untilMs: 1_000 };
        },
      })
      .to(output);
    const changelog = streamTopic({ name: 'app-seen-changelog', key: stringCodec, value: stringCodec });
    const driver = new TopologyDriver(builder.build());
    for (const value of ['keep', 'keep', 'forget', 'keep']) driver.pipe(input, { key: 'k', value, timestampMs: 1 });
    expect(driver.read(output).map(({ value }) => value)).toEqual(['new', 'known', 'known', 'new']);
    const written = driver.read(changelog).filter(({ key }) => key === '\0k');
    expect(written.map(({ value }) => value?.slice(8) ?? null)).toEqual(['keep', null, 'keep']);
    driver.restart();
    driver.pipe(input, { key: 'k', value: 'keep', timestampMs: 2 });
    expect(driver.read(output).map(({ value }) => value)).toEqual(['known']);
  });
});

/** Counts by value in two stages, wherever the keys lie. */
function countsByValue(): Topology {
  const builder = new StreamsBuilder('app');
  builder
    .stream(input)
    .saltedAggregate<string, number>({ keys: (value) => value, add: (sum = 0) => sum + 1 })
    .through('parts', { key: (_sum, salted) => salted.key, keyCodec: stringCodec, valueCodec: longCodec })
    .groupByKey()
    .aggregate({ name: 'sums', codec: longCodec, add: (sum = 0, part) => sum + part })
    .toStream()
    .to(totals);
  return builder.build();
}

describe('an aggregation in two stages', () => {
  it('comes to the sum of its parts, with any commits and crashes', () => {
    fc.assert(
      fc.property(arrivals, interruptions, (given, script) => {
        const driver = play(countsByValue(), records(given), script);
        const last = new Map(driver.read(totals).map(({ key, value }) => [key, value]));
        expect(last).toEqual(new Map(given.length > 0 ? [['x', given.length]] : []));
      }),
    );
  });

  it('leaves one record of many in each partition for a key that is in all of them', () => {
    const driver = new TopologyDriver(countsByValue(), { partitions: 4, commitEach: false });
    for (let number = 0; number < 400; number++)
      driver.pipe(input, { key: `key-${number}`, value: 'hot', timestampMs: number });
    driver.commit();
    const parts = driver.read(streamTopic({ name: 'app-parts-repartition', key: stringCodec, value: longCodec }));
    expect(parts).toHaveLength(4);
    expect(parts.reduce((sum, { value }) => sum + value!, 0)).toBe(400);
    expect(driver.read(totals).at(-1)).toMatchObject({ key: 'hot', value: 400 });
  });
});
