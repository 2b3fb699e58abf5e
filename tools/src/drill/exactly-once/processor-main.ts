/** A service that turns each message into one, exactly once: handlers fail as the seed says. */
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { likeChanged } from '@headwater/contracts';
import {
  connectMessaging,
  FatalHandlerError,
  KafkaTransport,
  MessagingModule,
  Subscribe,
  SubscribeBatch,
  type SubscriptionContext,
  type TopicMessage,
} from '@headwater/messaging';
import { drillTopic } from '../consumer/drill-topic.ts';
import { groupOf, outcomeOf, results, type Kind } from './results.ts';

export interface ProcessorSetup {
  readonly seed: number;
  readonly broker: string;
  readonly registryUrl: string;
}

/** Told again and again. */
export interface ProcessorReport {
  readonly residentBytes: number;
  /** Each subscription's state, for the account of a failure. */
  readonly states: string;
}

/** A transaction of a processor that was killed keeps readers waiting for so long. */
const transactionTimeoutMs = 3_000;

const setup = JSON.parse(process.argv[2]!) as ProcessorSetup;

type Message = TopicMessage<typeof drillTopic>;

const failures = new Map<string, number>();

async function turn(kind: Kind, { messageId, value }: Message, context: SubscriptionContext): Promise<void> {
  // Sent first: what an attempt has sent that fails is not to be seen.
  context.output.send(results[kind], likeChanged, value);
  const outcome = outcomeOf(setup.seed, value.postId, Number(value.userId));
  if (outcome === 'slow') await delay(5);
  if (outcome === 'refused') throw new FatalHandlerError(`refused ${messageId}`);
  if (outcome !== 'shaky') return;
  const name = `${kind}/${messageId}`;
  const failed = (failures.get(name) ?? 0) + 1;
  failures.set(name, failed);
  if (failed <= 2) throw new Error(`shaky ${name}`);
}

const shared = {
  delivery: 'exactly-once',
  transactionMessages: 50,
  transactionTimeoutMs,
  firstRetryMs: 5,
  maxRetryMs: 50,
  sessionTimeoutMs: 6_000,
  maxWaitingRecords: 200,
} as const;

@Controller()
class Likes {
  @Subscribe(drillTopic, { ...shared, group: groupOf('single') })
  onLike(@Payload() message: Message, @Ctx() context: SubscriptionContext): Promise<void> {
    return turn('single', message, context);
  }

  @SubscribeBatch(drillTopic, { ...shared, group: groupOf('batch') })
  async onLikes(@Payload() messages: readonly Message[], @Ctx() context: SubscriptionContext): Promise<void> {
    for (const message of messages) await turn('batch', message, context);
  }
}

const messaging = MessagingModule.forRootAsync({
  inject: [],
  useFactory: () => ({
    clientId: 'drill',
    bootstrapServers: [setup.broker],
    registryUrl: setup.registryUrl,
    produces: Object.values(results),
  }),
});

@Module({ imports: [messaging], controllers: [Likes] })
class ProcessorModule {}

Logger.overrideLogger(['error', 'fatal']);
// Without the drill nobody would end this process.
process.on('disconnect', () => process.exit());
const app = await NestFactory.create(ProcessorModule, new FastifyAdapter(), { logger: ['error', 'fatal'] });
connectMessaging(app);
await app.init();
await app.startAllMicroservices();
const transport = app.get(KafkaTransport);

function report(): void {
  const message: ProcessorReport = {
    residentBytes: process.memoryUsage.rss(),
    states: JSON.stringify(transport.states(), (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    ),
  };
  process.send?.(message, undefined, undefined, () => undefined);
}

report();
const reports = setInterval(report, 500);
process.once('SIGTERM', () => {
  clearInterval(reports);
  void app.close().then(() => process.disconnect());
});
