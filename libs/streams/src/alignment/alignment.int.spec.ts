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
} from '../index.ts';
import { TestKafka, uniqueName, uniqueTopic, until } from '../../fixtures/test-kafka.ts';

const sizeMs = 1_000;
const beginMs = 1_700_000_000_000;
const partitions = 3;

describeOnEveryEngine('an aligned topic', (engine) => {
  const apps: StreamsApp[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  it('closes windows when all inputs are past them, on two instances, and goes on without an input that is idle', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const input = uniqueTopic('events', stringCodec, stringCodec);
    const output = uniqueTopic('counts', windowedCodec(stringCodec, sizeMs), longCodec);
    await kafka.create(partitions, input, output);
    // Many keys, so that every partition has some; by time, so that nothing is late within its partition.
    const keys = Array.from({ length: 30 }, (_, key) => `key-${key}`);
    const offsets = [0, 500, 1_000, 5_500];
    await kafka.write(
      input,
      offsets.flatMap((offsetMs) => keys.map((key) => ({ key, value: 'zone', timestampMs: beginMs + offsetMs }))),
    );
    const builder = new StreamsBuilder(uniqueName('aligned'));
    builder
      .stream(input)
      .through('by-value', { key: (value) => value, keyCodec: stringCodec, valueCodec: stringCodec, aligned: true })
      .groupByKey()
      .windowedBy(tumbling({ sizeMs }))
      .count({ name: 'counts' })
      .to(output);
    const topology = builder.build();
    const { client } = kafka;
    const options = { topology, client, guarantee: 'exactly-once', commitIntervalMs: 50, idleAfterMs: 500 } as const;
    for (let instance = 0; instance < 2; instance++) apps.push(await startStreams(options));
    await Promise.all(apps.map((app) => app.whenReady()));
    // Nothing else comes: all inputs are idle, and event time is the latest of them.
    const counts = async (): Promise<string[]> =>
      (await kafka.read(output)).map(({ key, value }) => `${key.startMs - beginMs}=${value}`);
    await until(async () => (await counts()).length >= 2);
    expect((await counts()).sort()).toEqual([`0=${2 * keys.length}`, `1000=${keys.length}`]);
    // One input alone goes on; the others rest, so its time counts.
    await kafka.write(input, [{ key: keys[0]!, value: 'zone', timestampMs: beginMs + 60_000 }]);
    await until(async () => (await counts()).length >= 3);
    expect((await counts()).at(-1)).toBe(`5000=${keys.length}`);
  }, 120_000);
});
