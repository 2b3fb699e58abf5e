import { expect, it } from '@jest/globals';
import { systemClock } from '@headwater/messaging';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { stringCodec } from '../index.ts';
import { TestKafka, uniqueTopic } from '../../fixtures/test-kafka.ts';
import { restore } from './restore.ts';

describeOnEveryEngine('restoring', (engine) => {
  it.each([2, 3])('goes on behind the first %i of 3 records, which are deleted while it begins', async (deleted) => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const topic = uniqueTopic('deleted', stringCodec, stringCodec);
    await kafka.create(1, topic);
    const values = ['0', '1', '2'];
    await kafka.write(
      topic,
      values.map((value) => ({ key: 'a', value, timestampMs: 0 })),
    );
    await kafka.deleteRecords(topic, deleted);
    const taken: string[] = [];
    const target = {
      ...{ name: 'spec', topic: topic.name, partition: 0 },
      take: ({ source, valueStart, valueEnd }: { source: Buffer; valueStart: number; valueEnd: number }) =>
        void taken.push(source.toString('utf8', valueStart, valueEnd)),
    };
    await restore(kafka.clientBeforeDeletion(), systemClock, [target], () => undefined, new AbortController().signal);
    expect(taken).toEqual(values.slice(deleted));
  });
});
