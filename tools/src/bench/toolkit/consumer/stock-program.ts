/** Consumes with Nest's own Kafka transport. Its parser leaves values that a registry's client wrote as they are: the handler decodes. */
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { EventCodec } from '@headwater/messaging';
import { finish, readOptions } from '../../load/programs.ts';
import { Effects } from './effects.ts';
import { likesTopic } from './events.ts';
import type { StockWork } from './work.ts';

const work = readOptions() as StockWork;
const topic = likesTopic(work.topic);
const codec = new EventCodec(work.registryUrl);
const effects = await Effects.open(work);

@Controller()
class LikesController {
  @EventPattern<Record<string, Buffer>>(work.topic)
  async onLike(@Payload() value: Buffer): Promise<void> {
    const like = codec.decodeKnown(topic, value) ?? (await codec.decode(topic, value));
    await effects.insert(like.value);
  }
}

@Module({ controllers: [LikesController] })
class StockModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(StockModule, {
  logger: ['error', 'fatal'],
  transport: Transport.KAFKA,
  options: {
    client: { brokers: [work.bootstrapServers] },
    consumer: { groupId: `stock-${work.topic}-${process.pid}` },
    subscribe: { fromBeginning: true },
    run: { partitionsConsumedConcurrently: work.partitionsAtOnce },
  },
});
await app.listen();
finish(await effects.figures());
