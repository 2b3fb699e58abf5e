/** A small service with subscriptions, as every service of the platform has them, in a worker's process. */
import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { connectMessaging, MessagingModule } from '@headwater/messaging';
import type { DataSource } from 'typeorm';
import type { WorkerSettings } from './worker-channel.ts';

/** @returns what ends it in order */
export async function startSubscriber(
  { bootstrapServers, registryUrl }: WorkerSettings,
  dataSource: DataSource,
  controller: Type,
): Promise<() => Promise<void>> {
  @Module({
    imports: [
      MessagingModule.forRootAsync({
        inject: [],
        useFactory: () => ({
          clientId: 'lesson',
          bootstrapServers,
          registryUrl,
          produces: [],
          dataSource,
          inbox: false,
        }),
      }),
    ],
    controllers: [controller],
  })
  class SubscriberModule {}

  const app = await NestFactory.create(SubscriberModule, new FastifyAdapter(), { abortOnError: false, logger: false });
  connectMessaging(app);
  await app.init();
  await app.startAllMicroservices();
  return () => app.close();
}
