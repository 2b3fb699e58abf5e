/** Puts one subscription together and starts it. */
import type { DataSource } from 'typeorm';
import type { TopicContract } from '@headwater/contract-kit';
import type { KafkaClient } from '../client/index.ts';
import type { Clock } from '../clock/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { ParkingStore } from '../parking/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { attemptsOf } from './attempts-of.ts';
import { ConsumerMetrics, type MetricsPort } from './consumer-metrics.ts';
import { DeadLetters } from './dead-letters.ts';
import type { SettleFailure } from './failed-record.ts';
import type { HandleMessages } from './handle-messages.ts';
import { MessageReader } from './message-reader.ts';
import { ParkedRelease } from './parked-release.ts';
import { ParkingOfSubscription } from './parking-of-subscription.ts';
import { DelayedProcessor } from './delayed-processor.ts';
import { RecordProcessor } from './record-processor.ts';
import { RetryTopic } from './retry-topic.ts';
import { deadLetterSettlement, parkSettlement, skipSettlement, stopSettlement } from './settlement.ts';
import { redriveOptions, retryTopicOf, sideOptions } from './side-topics.ts';
import { SubscriptionAtWork } from './subscription-at-work.ts';
import type { FailurePolicy, SubscriptionOptions } from './subscription-options.ts';
import { SubscriptionRunner } from './subscription-runner.ts';
import { WorkInProgress } from './work-in-progress.ts';

export interface SubscriptionParts {
  readonly client: KafkaClient;
  readonly codec: EventCodec;
  readonly producer: MessageProducer;
  readonly metrics: MetricsPort | undefined;
  readonly clock: Clock;
  /** The service's database, where it has one: for parked keys. */
  readonly dataSource?: DataSource | undefined;
}

export interface SubscriptionToStart {
  readonly topic: TopicContract;
  readonly options: SubscriptionOptions;
  readonly batched: boolean;
  readonly handle: HandleMessages;
  /** Called when the policy `stop` ended the subscription. */
  readonly onStopped: (reason: string) => void;
}

/** What the lanes, a release and the members of side topics need. */
interface Workshop extends SubscriptionToStart, SubscriptionParts {
  readonly consumerMetrics: ConsumerMetrics;
  readonly toDeadLetters: SettleFailure;
}

export function startSubscription(subscription: SubscriptionToStart, parts: SubscriptionParts): SubscriptionAtWork {
  const { topic, options } = subscription;
  const { group, policy, retryDelaysMs } = options;
  const metrics = new ConsumerMetrics(group, parts.metrics);
  const deadLetters = new DeadLetters(topic, group, parts.producer, parts.clock);
  const toDeadLetters = deadLetterSettlement(deadLetters, metrics);
  const workshop: Workshop = { ...subscription, ...parts, consumerMetrics: metrics, toDeadLetters };
  const tiers = policy === 'retry-topic' ? retryDelaysMs : [];
  return new SubscriptionAtWork(
    startMain(workshop),
    tiers.map((_, index) => startTier(workshop, index + 1)),
    () => startSide(workshop, redriveOptions(options), toDeadLetters),
  );
}

function startMain(workshop: Workshop): SubscriptionRunner {
  const { topic, options, batched, client, clock, onStopped, consumerMetrics, toDeadLetters } = workshop;
  const { group } = options;
  const work = new WorkInProgress(clock);
  const reader = new MessageReader(topic, workshop.codec);
  const attempts = attemptsOf(options, workshop.handle, consumerMetrics, clock);
  const settlements: Readonly<Record<FailurePolicy, () => SettleFailure>> = {
    'dead-letter': () => toDeadLetters,
    'retry-topic': () => tierOrDeadLetters(workshop, 1),
    skip: () => skipSettlement(group, topic.name, consumerMetrics),
    park: () => parkSettlement({ work, otherwise: toDeadLetters, fullPauseMs: options.maxRetryMs, clock }),
    stop: () =>
      stopSettlement((place) => {
        const reason = `a message of ${topic.name} failed at ${place}`;
        runner.stop(reason);
        onStopped(reason);
      }),
  };
  const bench = { reader, attempts, settleUnreadable: toDeadLetters, work };
  const runner = new SubscriptionRunner({
    ...{ topic: topic.name, options, batched, client, clock, metrics: consumerMetrics },
    processor: new RecordProcessor({ ...bench, settle: settlements[options.policy]() }, batched),
    parking: parkingOf(workshop, bench),
  });
  return runner;
}

function parkingOf(
  { topic, options, dataSource, clock }: Workshop,
  bench: Omit<ConstructorParameters<typeof ParkedRelease>[0], 'store' | 'clock'>,
): ParkingOfSubscription | undefined {
  if (options.policy !== 'park' || !dataSource) return undefined;
  const store = new ParkingStore(dataSource);
  const releases = new ParkedRelease({ ...bench, store, clock }, options.group, topic.name);
  return new ParkingOfSubscription(store, releases, options, topic.name, clock);
}

/** A record that fails in a tier is tried there once, and goes on to the next. */
function startTier(workshop: Workshop, tier: number): SubscriptionRunner {
  const name = retryTopicOf(workshop.options.group, tier);
  return startSide(workshop, sideOptions(workshop.options, name, 1), tierOrDeadLetters(workshop, tier + 1));
}

function tierOrDeadLetters({ topic, options, producer, clock, toDeadLetters }: Workshop, tier: number): SettleFailure {
  const delayMs = options.retryDelaysMs[tier - 1];
  if (delayMs === undefined) return toDeadLetters;
  return new RetryTopic(topic.name, retryTopicOf(options.group, tier), delayMs, producer, clock).settle;
}

/** A member on a topic of the group's own. */
function startSide(workshop: Workshop, options: SubscriptionOptions, settle: SettleFailure): SubscriptionRunner {
  const { topic, batched, client, codec, clock, handle, toDeadLetters } = workshop;
  const metrics = new ConsumerMetrics(options.group, workshop.metrics);
  const reader = new MessageReader(topic, codec, true);
  const attempts = attemptsOf(options, handle, metrics, clock);
  const parts = { reader, attempts, settle, settleUnreadable: toDeadLetters, work: new WorkInProgress(clock) };
  return new SubscriptionRunner({
    ...{ topic: options.group, batched, client, clock, metrics },
    options: { ...options, delivery: 'at-least-once' },
    processor: new DelayedProcessor(new RecordProcessor(parts, batched), clock),
    secondHand: true,
  });
}
