/** Consumes with this workspace's transport. */
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  connectMessaging,
  CreateInbox1700000000000,
  CreateParkedMessages1700000000001,
  MessagingModule,
  Subscribe,
  SubscribeBatch,
  SubscriptionContext,
  type TopicMessage,
} from '@headwater/messaging';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import { finish, readOptions } from '../../load/programs.ts';
import { Effects } from './effects.ts';
import { type Likes, likesTopic } from './events.ts';
import type { OwnWork } from './work.ts';

const work = readOptions() as OwnWork;
const { delivery } = work;
const topic = likesTopic(work.topic);
const group = `own-${work.topic}-${process.pid}`;
const effects = await Effects.open(work);
const config = new DatabaseConfig({ DATABASE_URL: work.databaseUrl, DATABASE_POOL_SIZE: '20' });
const migrations = [CreateInbox1700000000000, CreateParkedMessages1700000000001];
const dataSource = await openDatabase('bench', config, { migrations });

@Controller()
class LikesController {
  @Subscribe(topic, { group, delivery })
  async onLike(@Payload() { value }: TopicMessage<Likes>, @Ctx() context: SubscriptionContext): Promise<void> {
    await effects.insertWithin(value, (sql, values) => context.query(sql, values));
  }
}

@Controller()
class LikeBatchesController {
  @SubscribeBatch(topic, { group, delivery, batchSize: 1_000 })
  async onLikes(@Payload() likes: readonly TopicMessage<Likes>[], @Ctx() context: SubscriptionContext): Promise<void> {
    await effects.insertMany(
      likes.map(({ value }) => value),
      (sql, values) => context.manager.query(sql, values),
    );
  }
}

@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [],
      useFactory: () => ({
        clientId: 'bench',
        bootstrapServers: [work.bootstrapServers],
        registryUrl: work.registryUrl,
        produces: [],
        dataSource,
      }),
    }),
  ],
  controllers: [work.batched ? LikeBatchesController : LikesController],
})
class OwnModule {}

const app = await NestFactory.create(OwnModule, new FastifyAdapter(), { logger: ['error', 'fatal'] });
connectMessaging(app);
await app.init();
await app.startAllMicroservices();
finish(await effects.figures());
