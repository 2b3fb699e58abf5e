/** Puts one subscription together and starts it. */
import type { DataSource } from 'typeorm';
import type { TopicContract } from '@headwater/contracts';
import type { KafkaClient } from '../client/index.ts';
import type { Clock } from '../clock/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { ParkingStore } from '../parking/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { Attempts } from './attempts.ts';
import { ConsumerMetrics, type MetricsPort } from './consumer-metrics.ts';
import { DeadLetters } from './dead-letters.ts';
import type { SettleFailure } from './failed-record.ts';
import type { HandleMessages } from './handle-messages.ts';
import { MessageReader } from './message-reader.ts';
import { ParkedRelease } from './parked-release.ts';
import { ParkingOfSubscription } from './parking-of-subscription.ts';
import { RecordProcessor } from './record-processor.ts';
import { deadLetterSettlement, parkSettlement, skipSettlement, stopSettlement } from './settlement.ts';
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

/** What both the lanes and a release need. */
interface Workshop {
  readonly reader: MessageReader;
  readonly attempts: Attempts;
  readonly settleUnreadable: SettleFailure;
  readonly work: WorkInProgress;
  readonly clock: Clock;
}

export function startSubscription(subscription: SubscriptionToStart, parts: SubscriptionParts): SubscriptionRunner {
  const { topic, options, batched, handle, onStopped } = subscription;
  const { codec, producer, clock, client } = parts;
  const { group, attempts, firstRetryMs, maxRetryMs, deadlineMs, classify } = options;
  const metrics = new ConsumerMetrics(group, parts.metrics);
  const toDeadLetters = deadLetterSettlement(new DeadLetters(topic, group, producer, clock), metrics);
  const limit = attempts === 'forever' ? Number.POSITIVE_INFINITY : attempts;
  const retry = { firstMs: firstRetryMs, maxMs: maxRetryMs };
  const workshop: Workshop = {
    reader: new MessageReader(topic, codec),
    attempts: new Attempts({ group, limit, retry, deadlineMs, classify }, handle, metrics, clock),
    settleUnreadable: toDeadLetters,
    work: new WorkInProgress(clock),
    clock,
  };
  const settlements: Readonly<Record<FailurePolicy, SettleFailure>> = {
    'dead-letter': toDeadLetters,
    'retry-topic': toDeadLetters,
    skip: skipSettlement(group, topic.name, metrics),
    park: parkSettlement({ work: workshop.work, otherwise: toDeadLetters, fullPauseMs: maxRetryMs, clock }),
    stop: stopSettlement((place) => {
      const reason = `a message of ${topic.name} failed at ${place}`;
      runner.stop(reason);
      onStopped(reason);
    }),
  };
  const processor = new RecordProcessor({ ...workshop, settle: settlements[options.policy] }, batched);
  const parking = parkingOf(subscription, workshop, parts.dataSource);
  const runner = new SubscriptionRunner(topic.name, options, batched, client, processor, metrics, clock, parking);
  return runner;
}

function parkingOf(
  { topic, options }: SubscriptionToStart,
  workshop: Workshop,
  dataSource: DataSource | undefined,
): ParkingOfSubscription | undefined {
  if (options.policy !== 'park' || !dataSource) return undefined;
  const { group, maxParkedKeys } = options;
  const store = new ParkingStore(dataSource);
  const releases = new ParkedRelease({ ...workshop, store }, group, topic.name);
  return new ParkingOfSubscription(store, releases, { group, topic: topic.name, maxParkedKeys }, workshop.clock);
}
