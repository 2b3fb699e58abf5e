/** Subscriptions and producers while the broker ends and comes back on the same folder and port. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { likeChanged } from '@headwater/contracts';
import { freePorts, startBroker, type RunningBroker } from '@headwater/testkit';
import { Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import { Subscribe, type TopicMessage } from '../index.ts';

describe('while the broker is away', () => {
  let dataDir: string;
  let broker: RunningBroker;
  let ports: { readonly port: number; readonly registryPort: number };

  const restart = async (whileAway: () => Promise<void> = () => Promise.resolve()): Promise<void> => {
    await broker.close();
    await whileAway();
    broker = await startBroker({ dataDir, ...ports });
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-outage-'));
    const [port = 0, registryPort = 0] = await freePorts(2);
    ports = { port, registryPort };
    broker = await startBroker({ dataDir, ...ports });
  });
  afterAll(async () => {
    await broker.close();
    await rm(dataDir, { recursive: true });
  });

  it('producers and subscriptions wait, then go on, in order and without loss', async () => {
    const topic = testTopic();
    const group = `spec.${topic.name}`;
    const seen = new Map<string, number[]>();
    @Controller()
    class Likes {
      @Subscribe(topic, { group })
      onLike({ value }: TopicMessage<TestTopic>): void {
        const numbers = seen.get(value.postId) ?? [];
        seen.set(value.postId, numbers);
        if (!numbers.includes(Number(value.userId))) numbers.push(Number(value.userId));
      }
    }
    await using service = await TestService.start(broker, [topic], [Likes]);
    const posts = ['a', 'b', 'c', 'd', 'e', 'f'];
    let next = 0;
    const produce = (count: number): Promise<unknown> => {
      const numbers = Array.from({ length: count }, () => next++);
      return Promise.all(
        numbers.flatMap((number) =>
          posts.map((postId) =>
            service.producer.send(topic, likeChanged, {
              eventId: `${postId}-${number}`,
              postId,
              userId: String(number),
              liked: true,
              occurredAt: new Date(0),
            }),
          ),
        ),
      );
    };

    await produce(20);
    let sentMeanwhile: Promise<unknown> | undefined;
    await restart(() => {
      sentMeanwhile = produce(20);
      return Promise.resolve();
    });
    await sentMeanwhile;
    await restart();
    await produce(20);

    const inOrder = Array.from({ length: next }, (_, number) => number);
    await until(() => posts.every((postId) => seen.get(postId)?.length === next));
    for (const postId of posts) expect(seen.get(postId)).toEqual(inOrder);
    await using observer = new Observer(broker);
    const ends = await observer.ends(topic);
    await until(async () => (await observer.committed(group, topic)).join() === ends.join());
    // Each record once: what was written again after a lost answer was recognized.
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(next * posts.length);
  });

  it('a service that starts waits for the broker', async () => {
    const topic = testTopic(1);
    let starting: Promise<TestService> | undefined;
    await restart(() => {
      starting = TestService.start(broker, [topic], []);
      return Promise.resolve();
    });
    await using service = await starting!;
    await service.producer.send(topic, likeChanged, {
      eventId: 'e',
      postId: 'p',
      userId: 'u',
      liked: true,
      occurredAt: new Date(0),
    });
  });

  it('a caller is told when its record could not be delivered in time', async () => {
    const topic = testTopic(1);
    await using service = await TestService.start(broker, [topic], [], { deliveryTimeoutMs: 300 });
    await restart(async () => {
      const like = { eventId: 'e', postId: 'p', userId: 'u', liked: true, occurredAt: new Date(0) };
      await expect(service.producer.send(topic, likeChanged, like)).rejects.toMatchObject({
        code: 'BROKER_UNAVAILABLE',
        retriable: true,
      });
    });
  });
});
