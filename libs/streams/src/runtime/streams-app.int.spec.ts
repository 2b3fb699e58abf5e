import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  longCodec,
  startStreams,
  StreamsBuilder,
  stringCodec,
  tumbling,
  windowedCodec,
  type StreamsApp,
  type StreamsOptions,
  type StreamTopic,
  type Windowed,
} from '../index.ts';
import { TestKafka, uniqueName, uniqueTopic, until } from '../../fixtures/test-kafka.ts';

const minuteMs = 60_000;
const click = (key: string, timestampMs: number, value = 'x') => ({ key, value, timestampMs });

/** Distinct keys over minutes; the last record of each partition is left out of every sum, as it only moves stream time. */
const clicks = (count: number, keys = 20) =>
  Array.from({ length: count }, (_, index) => click(`key-${index % keys}`, 1_000_000_000_000 + index * 100));

const closing = (keys = 200) =>
  Array.from({ length: keys }, (_, index) => click(`closing-${index}`, 1_000_000_000_000 + 86_400_000));

function countsOf(records: readonly { readonly key: Windowed<string>; readonly value: number | null }[]) {
  return records
    .filter(({ key }) => !key.key.startsWith('closing'))
    .map(({ key, value }) => `${key.key}@${key.startMs}=${value}`)
    .sort();
}

function expectedCounts(records: readonly { readonly key: string; readonly timestampMs: number }[]): string[] {
  const counts = new Map<string, number>();
  for (const { key, timestampMs } of records) {
    const window = `${key}@${Math.floor(timestampMs / minuteMs) * minuteMs}`;
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return [...counts].map(([window, count]) => `${window}=${count}`).sort();
}

describeOnEveryEngine('an application of streams', (engine) => {
  const apps: StreamsApp[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });
  const start = async (options: Omit<StreamsOptions, 'client'>): Promise<StreamsApp> => {
    const { client } = new TestKafka(engine.bootstrapServers);
    const app = await startStreams({ client, commitIntervalMs: 50, waitForTopicsMs: 0, ...options });
    apps.push(app);
    return app;
  };
  const perMinute = (applicationId: string, input: StreamTopic<string, string>) => {
    const output = uniqueTopic('per-minute', windowedCodec(stringCodec, minuteMs), longCodec);
    const builder = new StreamsBuilder(applicationId);
    builder
      .stream(input)
      .groupByKey()
      .windowedBy(tumbling({ sizeMs: minuteMs }))
      .count({ name: 'counts' })
      .to(output);
    return { topology: builder.build(), output };
  };

  it.each(['at-least-once', 'exactly-once'] as const)(
    'counts %s, and goes on where it was stopped',
    async (guarantee) => {
      const kafka = new TestKafka(engine.bootstrapServers);
      const input = uniqueTopic('clicks', stringCodec, stringCodec);
      const { topology, output } = perMinute(uniqueName('app'), input);
      await kafka.create(3, input, output);
      const all = clicks(2_000);
      await kafka.write(input, all.slice(0, 1_050));
      const first = await start({ topology, guarantee });
      await until(async () => (await kafka.read(output)).length > 0);
      await first.close();
      await kafka.write(input, all.slice(1_050));
      await kafka.write(input, closing());
      await start({ topology, guarantee });
      const expected = expectedCounts(all);
      await until(async () => countsOf(await kafka.read(output)).length >= expected.length);
      expect(countsOf(await kafka.read(output))).toEqual(expected);
    },
  );

  it('shares its partitions with a second instance, which takes the state over', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const input = uniqueTopic('clicks', stringCodec, stringCodec);
    const { topology, output } = perMinute(uniqueName('app'), input);
    await kafka.create(4, input, output);
    const all = clicks(3_000);
    await kafka.write(input, all.slice(0, 1_000));
    const one = await start({ topology, guarantee: 'exactly-once' });
    await one.whenReady();
    const other = await start({ topology, guarantee: 'exactly-once' });
    await until(() => one.partitions().length === 2 && other.partitions().length === 2);
    await kafka.write(input, all.slice(1_000, 2_000));
    await until(() => one.ready().ok && other.ready().ok);
    await one.close();
    await kafka.write(input, all.slice(2_000));
    await kafka.write(input, closing());
    const expected = expectedCounts(all);
    await until(async () => countsOf(await kafka.read(output)).length >= expected.length);
    expect(countsOf(await kafka.read(output))).toEqual(expected);
  });

  it('refuses to join topics whose partitions differ, and names them', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const input = uniqueTopic('clicks', stringCodec, stringCodec);
    const names = uniqueTopic('names', stringCodec, stringCodec);
    const output = uniqueTopic('named', stringCodec, stringCodec);
    await kafka.create(3, input, output);
    await kafka.createCompacted(2, names);
    const builder = new StreamsBuilder(uniqueName('app'));
    const table = builder.table(names);
    builder
      .stream(input)
      .join(table, (value, name) => value + name)
      .to(output);
    await expect(start({ topology: builder.build() })).rejects.toMatchObject({
      code: 'NOT_COPARTITIONED',
      message: expect.stringContaining(`${names.name} has 2, ${input.name} has 3`),
    });
  });

  it('says which topic does not exist', async () => {
    const missing = uniqueTopic('missing', stringCodec, stringCodec);
    const builder = new StreamsBuilder(uniqueName('app'));
    builder.stream(missing).to(missing);
    await expect(start({ topology: builder.build() })).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      message: expect.stringContaining(missing.name),
    });
  });

  it('joins with a table, sends through a topic of its own, and answers queries', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const input = uniqueTopic('clicks', stringCodec, stringCodec);
    const cities = uniqueTopic('cities', stringCodec, stringCodec);
    const totals = uniqueTopic('totals', stringCodec, longCodec);
    await kafka.create(3, input);
    await kafka.createCompacted(3, cities, totals);
    await kafka.write(cities, [
      click('ada', 1, 'London'),
      click('carl', 1, 'Braunschweig'),
      click('mary', 1, 'London'),
    ]);
    await kafka.write(input, [
      click('ada', 2),
      click('carl', 3),
      click('mary', 4),
      click('ada', 5),
      click('nobody', 6),
    ]);
    const builder = new StreamsBuilder(uniqueName('app'));
    const table = builder.table(cities);
    builder
      .stream(input)
      .join(table, (_click, city) => city)
      .through('by-city', { key: (city) => city, keyCodec: stringCodec, valueCodec: stringCodec })
      .groupByKey()
      .count({ name: 'totals' })
      .toStream()
      .to(totals);
    const app = await start({ topology: builder.build(), guarantee: 'exactly-once' });
    await app.whenReady();
    const store = app.store<string, number>('totals');
    await until(() => store.get('London') === 3 && store.get('Braunschweig') === 1);
    expect(app.store(cities.name).get('mary')).toBe('London');
    await until(async () => (await kafka.read(totals)).some(({ key, value }) => key === 'London' && value === 3));
  });

  it('reads merged topics by times that stand in their values, which can be read only when a schema has come', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const known = new Set<string>();
    /** A value that says its time; that of the first record of a topic has to be waited for, and some cannot be read. */
    const timed = (name: string) => ({
      ...uniqueTopic(name, stringCodec, {
        encode: (value: string) => Buffer.from(value),
        decode: (bytes: Buffer) => {
          const value = bytes.toString();
          if (!known.has(name) || value === 'unreadable') throw new Error(`${value} of ${name} is not to be read`);
          return value;
        },
        prepareAt: () => (known.has(name) ? undefined : setImmediate().then(() => void known.add(name))),
      }),
      timestampMs: (value: string) => Number(value),
    });
    const [likes, comments] = [timed('likes'), timed('comments')];
    const order = uniqueTopic('order', stringCodec, stringCodec);
    const builder = new StreamsBuilder(uniqueName('app'));
    builder
      .stream(likes)
      .merge(builder.stream(comments))
      .groupByKey()
      .aggregate({ name: 'order', codec: stringCodec, add: (before = '', value) => before + value })
      .toStream()
      .to(order);
    await kafka.create(1, likes, comments, order);
    const values = (...of: string[]) => of.map((value) => ({ key: 'a', value, timestampMs: 0 }));
    await kafka.write(likes, values('1', 'unreadable', '4', '5'));
    await kafka.write(comments, values('2', '3', 'unreadable', '6'));
    const app = await start({ topology: builder.build(), guarantee: 'exactly-once', onUnreadable: 'skip' });
    const latest = async () => (await kafka.read(order)).at(-1)?.value;
    await until(async () => !app.live().ok || (await latest())?.length === 6);
    expect(app.live()).toEqual({ ok: true });
    expect(await latest()).toBe('123456');
  });

  it('ends by an unreadable record, and says where it lies', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const input = uniqueTopic('clicks', stringCodec, longCodec);
    await kafka.create(1, input);
    await kafka.write({ name: input.name, key: stringCodec, value: stringCodec }, [click('a', 1, 'not a long')]);
    const builder = new StreamsBuilder(uniqueName('app'));
    builder.stream(input).groupByKey().count({ name: 'counts' });
    const failed = Promise.withResolvers<Error>();
    const app = await start({ topology: builder.build(), onFailed: failed.resolve });
    expect(await failed.promise).toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining(`${input.name}-0@0`),
    });
    expect(app.live().ok).toBe(false);
  });
});
