/** Puts one subscription together and starts it. */
import type { TopicContract } from '@headwater/contracts';
import type { KafkaClient } from '../client/index.ts';
import type { Clock } from '../clock/index.ts';
import type { EventCodec } from '../codec/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { Attempts } from './attempts.ts';
import { ConsumerMetrics, type MetricsPort } from './consumer-metrics.ts';
import { DeadLetters } from './dead-letters.ts';
import type { SettleFailure } from './failed-record.ts';
import type { HandleMessages } from './handle-messages.ts';
import { MessageReader } from './message-reader.ts';
import { RecordProcessor } from './record-processor.ts';
import { deadLetterSettlement, skipSettlement, stopSettlement } from './settlement.ts';
import type { SubscriptionOptions } from './subscription-options.ts';
import { SubscriptionRunner } from './subscription-runner.ts';

export interface SubscriptionParts {
  readonly client: KafkaClient;
  readonly codec: EventCodec;
  readonly producer: MessageProducer;
  readonly metrics: MetricsPort | undefined;
  readonly clock: Clock;
}

export interface SubscriptionToStart {
  readonly topic: TopicContract;
  readonly options: SubscriptionOptions;
  readonly batched: boolean;
  readonly handle: HandleMessages;
  /** Called when the policy `stop` ended the subscription. */
  readonly onStopped: (reason: string) => void;
}

export function startSubscription(subscription: SubscriptionToStart, parts: SubscriptionParts): SubscriptionRunner {
  const { topic, options, batched, handle, onStopped } = subscription;
  const { codec, producer, clock, client } = parts;
  const { group, attempts, firstRetryMs, maxRetryMs, deadlineMs, classify } = options;
  const metrics = new ConsumerMetrics(group, parts.metrics);
  const toDeadLetters = deadLetterSettlement(new DeadLetters(topic, group, producer, clock), metrics);
  const limit = attempts === 'forever' ? Number.POSITIVE_INFINITY : attempts;
  const retry = { firstMs: firstRetryMs, maxMs: maxRetryMs };
  const settlements: Partial<Record<SubscriptionOptions['policy'], SettleFailure>> = {
    skip: skipSettlement(group, topic.name, metrics),
    stop: stopSettlement((error, place) => {
      const reason = `${topic.name} ${place} failed: ${error instanceof Error ? error.message : String(error)}`;
      runner.stop(reason);
      onStopped(reason);
    }),
  };
  const processor = new RecordProcessor(
    {
      reader: new MessageReader(topic, codec),
      attempts: new Attempts({ group, limit, retry, deadlineMs, classify }, handle, metrics, clock),
      settle: settlements[options.policy] ?? toDeadLetters,
      settleUnreadable: toDeadLetters,
      clock,
    },
    batched,
  );
  const runner = new SubscriptionRunner(topic.name, options, batched, client, processor, metrics, clock);
  return runner;
}
