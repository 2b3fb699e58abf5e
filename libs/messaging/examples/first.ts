import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { defineEvent, defineTopic } from '@headwater/contract-kit';
import { connectMessaging, MessageProducer, MessagingModule, Subscribe, type TopicMessage } from '@headwater/messaging';
import { startBroker } from '@headwater/testkit';

// A generator writes these from schemas (@headwater/contracts-generator); by hand they are:
interface LikeChanged {
  eventId: string;
  postId: string;
  userId: string;
  liked: boolean;
}
const fields = ['eventId', 'postId', 'userId'].map((name) => ({ name, type: 'string' }));
const likeChanged = defineEvent<'social.LikeChanged', LikeChanged>({
  name: 'social.LikeChanged',
  schema: JSON.stringify({
    type: 'record',
    name: 'LikeChanged',
    namespace: 'social',
    fields: [...fields, { name: 'liked', type: 'boolean' }],
  }),
});
const likes = defineTopic({
  name: 'likes',
  doc: 'Who likes which post.',
  partitions: 4,
  config: { 'cleanup.policy': 'delete' },
  compacted: false,
  keyFields: ['postId'],
  owner: 'posts',
  subscribers: ['counters'],
  events: { [likeChanged.name]: likeChanged },
});

const heard: string[] = [];
let hearAll: () => void;
const allHeard = new Promise<void>((resolve) => (hearAll = resolve));

@Controller()
class Likes {
  // Messages of one key come one after another, those of different keys at the same time.
  @Subscribe(likes, { group: 'counters' })
  onLike({ key, value }: TopicMessage<typeof likes>): void {
    heard.push(`${value.userId} ${value.liked ? 'likes' : 'no longer likes'} ${key}`);
    if (heard.length === 2) hearAll();
  }
}

await using broker = await startBroker();
const messaging = MessagingModule.forRootAsync({
  inject: [],
  useFactory: () => ({
    clientId: 'counter',
    bootstrapServers: [broker.bootstrapServers],
    registryUrl: broker.registryUrl,
    produces: [likes], // created, and its schemas registered, before the service starts
  }),
});

@Module({ imports: [messaging], controllers: [Likes] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
connectMessaging(app);
await app.init();
await app.startAllMicroservices();

const producer = app.get(MessageProducer);
const like = { postId: 'p1', userId: 'ann' };
await producer.send(likes, likeChanged, { ...like, eventId: 'e1', liked: true });
await producer.send(likes, likeChanged, { ...like, eventId: 'e2', liked: false });
await allHeard;
console.log(heard.join('\n'));
await app.close();
