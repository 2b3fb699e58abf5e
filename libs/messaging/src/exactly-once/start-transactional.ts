/** Puts a subscription with delivery `exactly-once` together and starts it. */
import { randomUUID } from 'node:crypto';
import {
  attemptsOf,
  ConsumerMetrics,
  DeadLetters,
  MessageReader,
  redriveOptions,
  SubscriptionAtWork,
  type SubscriptionOptions,
  type SubscriptionParts,
  type SubscriptionToStart,
} from '../consumer/index.ts';
import { bytesOfRecord } from '../delivery/index.ts';
import { TransactionHandling, type TransactionPolicy } from './transaction-handling.ts';
import { TransactionWriting } from './transaction-writing.ts';
import { TransactionalSubscription } from './transactional-subscription.ts';

/** A topic that a member reads, and how. */
interface Reading {
  readonly from: string;
  readonly options: SubscriptionOptions;
  readonly policy: TransactionPolicy;
  /** The topic's records are copies that carry their origin. */
  readonly secondHand: boolean;
}

export function startTransactional(subscription: SubscriptionToStart, parts: SubscriptionParts): SubscriptionAtWork {
  const { topic, options } = subscription;
  // The options' check leaves these policies.
  const policy = options.policy as TransactionPolicy;
  const redrive = redriveOptions(options);
  return new SubscriptionAtWork(
    startMember(subscription, parts, { from: topic.name, options, policy, secondHand: false }),
    [],
    () =>
      startMember(subscription, parts, {
        ...{ from: redrive.group, options: redrive },
        policy: 'dead-letter',
        secondHand: true,
      }),
  );
}

function startMember(
  { topic, options: { group }, batched, handle, onStopped }: SubscriptionToStart,
  { client, codec, producer, metrics: port, clock }: SubscriptionParts,
  { from, options, policy, secondHand }: Reading,
): TransactionalSubscription {
  const metrics = new ConsumerMetrics(options.group, port);
  const handling = new TransactionHandling({
    reader: new MessageReader(topic, codec, secondHand),
    codec,
    deadLetters: new DeadLetters(topic, group, producer, clock),
    policy,
    secondHand,
    batched,
    maxRecordBytes: producer.maxRequestBytes,
    attemptsWith: (wrapped) => attemptsOf(options, wrapped, metrics, clock),
    handle,
    onPutAside: (outcome) => (outcome === 'skip' ? metrics.skipped() : metrics.deadLettered()),
  });
  const writing = new TransactionWriting(
    client,
    {
      transactionalId: `${options.group}.${randomUUID()}`,
      transactionTimeoutMs: options.transactionTimeoutMs,
      topic: from,
      maxRequestBytes: producer.maxRequestBytes,
    },
    bytesOfRecord,
    clock,
  );
  return new TransactionalSubscription({ topic: from, options, client, handling, writing, metrics, clock, onStopped });
}
