import { expect, it } from '@jest/globals';
import { defineTopic, likeChanged } from '@headwater/contracts';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { Observer, testTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import type { CompressionCodec } from '../client/index.ts';
import type { MessagingError } from '../errors/index.ts';
import { createKafkajsClient } from '../kafkajs/index.ts';
import { EventCodec } from '../codec/index.ts';
import { systemClock } from '../clock/index.ts';
import { defaultProducerOptions, MessageProducer } from './index.ts';

const likeOf = (postId: string, number: number) => ({
  eventId: `${postId}-${number}`,
  postId,
  userId: String(number),
  liked: true,
  occurredAt: new Date(1_500_000_000_000 + number),
});

describeOnEveryEngine('the producer', (kafka) => {
  it.each<CompressionCodec>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'writes batches in %s that others read',
    async (compression) => {
      const topic = testTopic(1);
      await using service = await TestService.start(kafka, [topic], [], { compression });
      await using observer = new Observer(kafka);
      const numbers = Array.from({ length: 2_000 }, (_, number) => number);
      await Promise.all(numbers.map((number) => service.producer.send(topic, likeChanged, likeOf('post', number))));
      const read = await observer.read(topic.name, numbers.length);
      expect(read.map(({ headers }) => String(headers?.['message-id']))).toEqual(
        numbers.map((number) => `post-${number}`),
      );
    },
  );

  it('puts records where a partitioner says, and refuses a partition that is not there', async () => {
    const topic = testTopic(3);
    await using service = await TestService.start(kafka, [topic], [], {
      partitioner: ({ key }) => (String(key) === 'lost' ? 7 : 2),
    });
    await using observer = new Observer(kafka);
    await Promise.all(['a', 'b', 'c'].map((post) => service.producer.send(topic, likeChanged, likeOf(post, 1))));
    expect(await observer.ends(topic)).toEqual([0, 0, 3]);
    await expect(service.producer.send(topic, likeChanged, likeOf('lost', 1))).rejects.toThrow(
      'it has partitions 0 to 2',
    );
  });

  it.each<CompressionCodec>(['none', 'gzip'])(
    'puts the records of one user together where the topic is partitioned by the user (%s)',
    async (compression) => {
      const topic = defineTopic({
        ...testTopic(6),
        keyFields: ['userId', 'postId'],
        partitionFields: 1,
        compacted: true,
        config: { 'cleanup.policy': 'compact' },
      });
      await using service = await TestService.start(kafka, [topic], [], { compression });
      await using observer = new Observer(kafka);
      const posts = Array.from({ length: 20 }, (_, post) => `post-${post}`);
      await Promise.all(posts.map((post) => service.producer.send(topic, likeChanged, likeOf(post, 1))));
      await service.producer.sendTombstone(topic, '1|post-3');
      expect((await observer.ends(topic)).filter((end) => end > 0)).toEqual([21]);
    },
  );

  it('loses nothing when several send many records to one topic at once, and keeps the order of each', async () => {
    const topic = testTopic(1);
    await using service = await TestService.start(kafka, [topic], []);
    await using observer = new Observer(kafka);
    const senders = ['a', 'b', 'c', 'd', 'e'];
    const numbers = Array.from({ length: 10 }, (_, number) => String(number));
    await Promise.all(
      senders.flatMap((key) =>
        numbers.map((value) => service.producer.sendAll(topic.name, [{ key, value: Buffer.from(value), headers: {} }])),
      ),
    );
    const read = await observer.read(topic.name, senders.length * numbers.length);
    for (const sender of senders) {
      const values = read.filter(({ key }) => String(key) === sender).map(({ value }) => String(value));
      expect(values).toEqual(numbers);
    }
  });
});

it('says where no broker answers, for how long it tried, and what to do', async () => {
  const client = createKafkajsClient({ clientId: 'spec', bootstrapServers: ['127.0.0.1:1'], clock: systemClock });
  const codec = new EventCodec('http://unused.invalid');
  const producer = new MessageProducer(client, codec, { ...defaultProducerOptions, deliveryTimeoutMs: 300 });
  const failure = (await producer
    .sendEncoded({ topic: 't', key: 'k', value: null })
    .catch((error: unknown) => error)) as MessagingError;
  expect(failure.code).toBe('BROKER_UNAVAILABLE');
  expect(failure.message).toMatch(/to 127\.0\.0\.1:1 within 300 ms.*same message ids/);
  await producer.close();
});
