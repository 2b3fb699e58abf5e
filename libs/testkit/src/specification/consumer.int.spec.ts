import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { likeChanged, postDeleted, topics, type LikeChanged } from '@headwater/contracts';
import {
  connectMessaging,
  FatalHandlerError,
  MessageProducer,
  MessagingModule,
  Subscribe,
  type TopicMessage,
} from '@headwater/messaging';
import { startBroker, type RunningBroker } from '../broker/index.ts';
import { message, specifyConsumer, type ConsumerSpecification } from './index.ts';

const group = 'specified';

/** Counts likes, and says goodbye to the post of each. */
@Controller()
class Likes {
  static counted = 0;

  constructor(private readonly producer: MessageProducer) {}

  @Subscribe(topics.likes, { group })
  async onLike({ value }: TopicMessage<typeof topics.likes>): Promise<void> {
    if (value.userId === 'nobody') throw new FatalHandlerError('nobody likes');
    Likes.counted += 1;
    const { eventId, postId, occurredAt } = value;
    await this.producer.send(topics.posts, postDeleted, { eventId, postId, userId: 'ann', occurredAt });
  }
}

const occurredAt = new Date(Date.UTC(2018, 2, 12));
const like = (eventId: string, userId: string): LikeChanged => ({
  eventId,
  postId: 'p1',
  userId,
  liked: true,
  occurredAt,
});
const liked = (eventId: string, userId = 'ben') => message(topics.likes, likeChanged, like(eventId, userId));

let broker: RunningBroker;
let app: INestApplication;
let likes: ConsumerSpecification;

beforeAll(async () => {
  broker = await startBroker();
  const messaging = MessagingModule.forRootAsync({
    inject: [],
    useFactory: () => ({
      clientId: 'specified',
      bootstrapServers: [broker.bootstrapServers],
      registryUrl: broker.registryUrl,
      produces: [topics.posts],
    }),
  });
  @Module({ imports: [messaging], controllers: [Likes] })
  class Service {}
  app = await NestFactory.create(Service, new FastifyAdapter(), { logger: false });
  connectMessaging(app);
  await app.startAllMicroservices();
  await app.init();
  likes = await specifyConsumer({ source: broker, subscriptions: [{ topic: topics.likes, group }] });
});

afterAll(async () => {
  await likes.close();
  await app.close();
  await broker.close();
});

describe('the specification of a consumer', () => {
  // #region given-when-then
  it('waits until what was delivered is consumed', async () => {
    const before = Likes.counted;
    await likes
      .given(liked('1'), liked('2'))
      .when(liked('3'))
      .thenSee(() => expect(Likes.counted).toBe(before + 3));
  });

  it('sees what was published after the history, and fails for anything else', async () => {
    const goodbye = { eventId: '5', postId: 'p1', userId: 'ann', occurredAt };
    await likes.given(liked('4')).when(liked('5')).thenPublished(topics.posts, [goodbye]);
    await expect(likes.given().when(liked('6')).thenPublished(topics.posts, [])).rejects.toThrow('strictly deep-equal');
  });
  // #endregion

  it('counts what was put aside', async () => {
    await likes.given(liked('7')).when(liked('8', 'nobody')).thenDeadLettered(topics.likes, group, 1);
    const nothing = likes.given(liked('9', 'nobody')).when(liked('10')).thenDeadLettered(topics.likes, group, 1);
    await expect(nothing).rejects.toThrow('records in likes.dead-letter.specified');
  });

  it('fails a consumer that counts a redelivery', async () => {
    const redelivered = likes
      .given()
      .when(liked('11'))
      .thenRedeliveryChangesNothing(() => Promise.resolve(Likes.counted));
    await expect(redelivered).rejects.toThrow('a redelivery changed something');
  });

  it('says which group does not come to its end', async () => {
    const source = broker;
    await using deaf = await specifyConsumer({
      source,
      subscriptions: [{ topic: topics.likes, group: 'nobody-is-here' }],
      timeoutMs: 50,
    });
    await expect(
      deaf
        .given()
        .when(liked('12'))
        .thenSee(() => undefined),
    ).rejects.toThrow(/group nobody-is-here has \d+ records of likes still to do/);
  });
});
