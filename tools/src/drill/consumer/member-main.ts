/** A service with two subscriptions whose handlers fail, hang and succeed as the seed says. */
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  connectMessaging,
  FatalHandlerError,
  KafkaTransport,
  MessagingModule,
  Subscribe,
  takeNewMessages,
  type SubscriptionContext,
  type TopicMessage,
} from '@headwater/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { drillTopic, type Group } from './drill-topic.ts';
import { fateOf } from './fate.ts';

export interface MemberSetup {
  readonly seed: number;
  readonly broker: string;
  readonly registryUrl: string;
  readonly databaseUrl: string;
}

/** Told again and again. */
export interface MemberReport {
  readonly residentBytes: number;
  readonly waitingRecords: number;
  /** Each subscription's state, for the account of a failure. */
  readonly states: string;
}

export const maxWaitingRecords = 200;
const deadlineMs = 1_000;
/** Beyond the deadline and the wait that follows it. */
const deafMs = 2_500;

const setup = JSON.parse(process.argv[2]!) as MemberSetup;
const dataSource = new DataSource({
  type: 'postgres',
  url: setup.databaseUrl,
  poolSize: 20,
  poolErrorHandler: () => undefined,
  // An outage must show as itself, and before the deadline.
  extra: { connectionTimeoutMillis: 500 },
});

type Message = TopicMessage<typeof drillTopic>;

const failures = new Map<string, number>();

async function isHealed(manager: EntityManager, key: string, place: number): Promise<boolean> {
  const [row] = await manager.query<{ through: number }[]>('SELECT through FROM healed WHERE key = $1', [key]);
  return row !== undefined && place <= row.through;
}

/** Fails, hangs or waits as the event's fate is. */
async function suffer(group: Group, message: Message, manager: EntityManager, signal: AbortSignal): Promise<void> {
  const { postId: key, userId } = message.value;
  const place = Number(userId);
  const fate = fateOf(setup.seed, key, place, group === 'drill.inbox');
  if (fate === 'well') return;
  if (fate === 'slow') return delay(5);
  const name = `${group}/${message.messageId}`;
  if (fate === 'shaky') {
    const failed = (failures.get(name) ?? 0) + 1;
    failures.set(name, failed);
    if (failed <= 2) throw new Error(`shaky ${name}`);
    return;
  }
  if (await isHealed(manager, key, place)) return;
  if (fate === 'failing') throw new Error(`failing ${name}`);
  if (fate === 'fatal') throw new FatalHandlerError(`fatal ${name}`);
  await (fate === 'deaf' ? delay(deafMs) : delay(60_000, undefined, { signal }));
}

async function haveEffect(group: Group, message: Message, manager: EntityManager, signal: AbortSignal): Promise<void> {
  await suffer(group, message, manager, signal);
  const { postId, userId } = message.value;
  await manager.query('INSERT INTO effects (grp, key, place) VALUES ($1, $2, $3)', [group, postId, Number(userId)]);
}

const shared = { attempts: 3, firstRetryMs: 5, maxRetryMs: 50, deadlineMs, sessionTimeoutMs: 6_000, maxWaitingRecords };

@Controller()
class Likes {
  // A handler that hangs holds up those that share its transaction: not for long.
  @Subscribe(drillTopic, { ...shared, deadlineMs: 300, group: 'drill.effects', delivery: 'exactly-once-effect' })
  onEffects(@Payload() message: Message, @Ctx() context: SubscriptionContext): Promise<void> {
    return haveEffect('drill.effects', message, context.manager, context.signal);
  }

  @Subscribe(drillTopic, { ...shared, group: 'drill.inbox' })
  async onInbox(@Payload() message: Message, @Ctx() context: SubscriptionContext): Promise<void> {
    await dataSource.transaction(async (manager) => {
      const fresh = await takeNewMessages(manager, 'drill.inbox', [message]);
      if (fresh.length > 0) await haveEffect('drill.inbox', message, manager, context.signal);
    });
  }
}

const messaging = MessagingModule.forRootAsync({
  inject: [],
  useFactory: () => ({
    clientId: 'drill',
    bootstrapServers: [setup.broker],
    registryUrl: setup.registryUrl,
    produces: [],
    dataSource,
  }),
});

@Module({ imports: [messaging], controllers: [Likes] })
class MemberModule {}

Logger.overrideLogger(['error', 'fatal']);
// Without the drill nobody would end this process.
process.on('disconnect', () => process.exit());
for (let opened = false; !opened;)
  opened = await dataSource.initialize().then(
    () => true,
    () => delay(200).then(() => false),
  );
const app = await NestFactory.create(MemberModule, new FastifyAdapter(), { logger: ['error', 'fatal'] });
connectMessaging(app);
await app.init();
await app.startAllMicroservices();
const transport = app.get(KafkaTransport);

function report(): void {
  const states = transport.states();
  const sum = (of: (state: (typeof states)[number]) => number): number =>
    states.reduce((total, state) => total + of(state), 0);
  const message: MemberReport = {
    residentBytes: process.memoryUsage.rss(),
    waitingRecords: sum(({ waitingRecords }) => waitingRecords),
    states: JSON.stringify(states, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  };
  process.send?.(message, undefined, undefined, () => undefined);
}

report();
const reports = setInterval(report, 500);
process.once('SIGTERM', () => {
  clearInterval(reports);
  void app.close().then(() => process.disconnect());
});
