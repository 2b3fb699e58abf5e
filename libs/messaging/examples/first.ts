import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { likeChanged, topics } from '@headwater/contracts';
import { connectMessaging, MessageProducer, MessagingModule, Subscribe, type TopicMessage } from '@headwater/messaging';
import { startBroker } from '@headwater/testkit';

const heard: string[] = [];
let hearAll: () => void;
const allHeard = new Promise<void>((resolve) => (hearAll = resolve));

@Controller()
class Likes {
  // Messages of one key come one after another, those of different keys at the same time.
  @Subscribe(topics.likes, { group: 'counters' })
  onLike({ key, value }: TopicMessage<typeof topics.likes>): void {
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
    produces: [topics.likes], // created, and its schemas registered, before the service starts
  }),
});

@Module({ imports: [messaging], controllers: [Likes] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
connectMessaging(app);
await app.init();
await app.startAllMicroservices();

const producer = app.get(MessageProducer);
const like = { postId: 'p1', userId: 'ann', occurredAt: new Date() };
await producer.send(topics.likes, likeChanged, { ...like, eventId: 'e1', liked: true });
await producer.send(topics.likes, likeChanged, { ...like, eventId: 'e2', liked: false });
await allHeard;
console.log(heard.join('\n'));
await app.close();
