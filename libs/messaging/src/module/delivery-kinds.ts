import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock/index.ts';
import {
  Attempts,
  ConsumerMetrics,
  DeadLetters,
  MessageReader,
  type DeliveryKinds,
  type HandleMessages,
  type SubscriptionOptions,
} from '../consumer/index.ts';
import { bytesOfRecord } from '../delivery/index.ts';
import { EffectGroups, EffectMetrics } from '../effects/index.ts';
import { MessagingError } from '../errors/index.ts';
import { TransactionalSubscription, TransactionHandling, TransactionWriting } from '../exactly-once/index.ts';

/** The kinds of delivery that the transport is given: rooms that build on it. */
export const deliveryKinds: DeliveryKinds = {
  effects({ options, batched, handle }, { dataSource, metrics, clock }) {
    const { group, transactions, transactionMessages, classify } = options;
    if (!dataSource) throw new MessagingError('SUBSCRIPTION_INVALID', `Group ${group}: there is no dataSource`);
    const groups = new EffectGroups(
      { group, batched, transactions, maxMessages: transactionMessages, classify },
      dataSource,
      handle,
      new EffectMetrics(group, metrics),
      clock,
    );
    return groups.handle;
  },
  exactlyOnce({ topic, options, batched, handle, onStopped }, { client, codec, producer, metrics: port, clock }) {
    const { group, policy, transactionTimeoutMs } = options;
    const metrics = new ConsumerMetrics(group, port);
    const handling = new TransactionHandling({
      reader: new MessageReader(topic, codec),
      codec,
      deadLetters: new DeadLetters(topic, group, producer, clock),
      // The options' check leaves these.
      policy: policy as 'dead-letter' | 'skip' | 'stop',
      batched,
      maxRecordBytes: producer.maxRequestBytes,
      attemptsWith: (wrapped) => attemptsOf(options, wrapped, metrics, clock),
      handle,
      onPutAside: (outcome) => (outcome === 'skip' ? metrics.skipped() : metrics.deadLettered()),
    });
    const writing = new TransactionWriting(
      client,
      {
        transactionalId: `${group}.${randomUUID()}`,
        transactionTimeoutMs,
        topic: topic.name,
        maxRequestBytes: producer.maxRequestBytes,
      },
      bytesOfRecord,
      clock,
    );
    const name = topic.name;
    return new TransactionalSubscription({
      topic: name,
      options,
      client,
      handling,
      writing,
      metrics,
      clock,
      onStopped,
    });
  },
};

function attemptsOf(
  options: SubscriptionOptions,
  handle: HandleMessages,
  metrics: ConsumerMetrics,
  clock: Clock,
): Attempts {
  const { group, attempts, firstRetryMs, maxRetryMs, deadlineMs, classify } = options;
  const limit = attempts === 'forever' ? Number.POSITIVE_INFINITY : attempts;
  return new Attempts(
    { group, limit, retry: { firstMs: firstRetryMs, maxMs: maxRetryMs }, deadlineMs, classify },
    handle,
    metrics,
    clock,
  );
}
