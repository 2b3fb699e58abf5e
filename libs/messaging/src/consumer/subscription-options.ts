import type { ClassifyFailure } from '../errors/index.ts';
import { MessagingError } from '../errors/index.ts';

/** How one subscription consumes. */
export interface SubscriptionOptions {
  /** The consumer group, one for each subscription: its members share the topic's partitions. */
  readonly group: string;
  /** Where a new group starts. */
  readonly startFrom: 'earliest' | 'latest';
  /** Lanes of each partition: that many keys are handled at a time. */
  readonly lanes: number;
  /** The most messages that a batch handler gets at a time. */
  readonly batchSize: number;
  /** Records of this subscription that may wait in memory, over all partitions. */
  readonly maxWaitingRecords: number;
  readonly maxWaitingBytes: number;
  /** The pause before the second attempt of a record; it doubles up to `maxRetryMs`. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** How often finished work is committed. */
  readonly commitIntervalMs: number;
  /** Without progress for so long, liveness fails; for twice as long, the service is told to end. */
  readonly stallLimitMs: number;
  /** A member that died is replaced after so long. Lanes keep the heartbeat free of the handlers, so it can be short. */
  readonly sessionTimeoutMs: number;
  readonly classify: ClassifyFailure | undefined;
}

export const defaultSubscriptionOptions: Omit<SubscriptionOptions, 'group'> = {
  startFrom: 'earliest',
  lanes: 8,
  batchSize: 500,
  maxWaitingRecords: 20_000,
  maxWaitingBytes: 32 * 1024 * 1024,
  firstRetryMs: 100,
  maxRetryMs: 30_000,
  commitIntervalMs: 200,
  stallLimitMs: 120_000,
  sessionTimeoutMs: 10_000,
  classify: undefined,
};

const ranges: Readonly<Partial<Record<keyof SubscriptionOptions, readonly [number, number]>>> = {
  lanes: [1, 256],
  batchSize: [1, 10_000],
  maxWaitingRecords: [1, 1_000_000],
  maxWaitingBytes: [1024, 1024 ** 3],
  firstRetryMs: [1, 60_000],
  maxRetryMs: [1, 600_000],
  commitIntervalMs: [10, 60_000],
  stallLimitMs: [1_000, 3_600_000],
  sessionTimeoutMs: [6_000, 300_000],
};

/** @throws {MessagingError} `SUBSCRIPTION_INVALID` naming the option. */
export function completeOptions(
  options: Partial<SubscriptionOptions> & { readonly group: string },
): SubscriptionOptions {
  const complete = { ...defaultSubscriptionOptions, ...options };
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(complete.group))
    throw new MessagingError(
      'SUBSCRIPTION_INVALID',
      `Group ${JSON.stringify(complete.group)} must be of letters, digits, '.', '_' and '-'`,
    );
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = complete[name as keyof SubscriptionOptions] as number;
    if (!(value >= least && value <= most))
      throw new MessagingError(
        'SUBSCRIPTION_INVALID',
        `Group ${complete.group}: ${name} is ${value}; it must be from ${least} to ${most}`,
      );
  }
  return complete;
}
