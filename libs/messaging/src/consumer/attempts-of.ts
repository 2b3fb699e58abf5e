import type { Clock } from '../clock/index.ts';
import { Attempts } from './attempts.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { HandleMessages } from './handle-messages.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

/** The attempts that a subscription's options grant a record. */
export function attemptsOf(
  { group, attempts, firstRetryMs, maxRetryMs, deadlineMs, classify }: SubscriptionOptions,
  handle: HandleMessages,
  metrics: ConsumerMetrics,
  clock: Clock,
): Attempts {
  const limit = attempts === 'forever' ? Number.POSITIVE_INFINITY : attempts;
  const retry = { firstMs: firstRetryMs, maxMs: maxRetryMs };
  return new Attempts({ group, limit, retry, deadlineMs, classify }, handle, metrics, clock);
}
