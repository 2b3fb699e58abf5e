import type { ClassifyFailure } from '../errors/index.ts';
import { MessagingError } from '../errors/index.ts';

/**
 * What becomes of a record that its handler could not process.
 *
 * - `park`: the record and all later ones of its key wait in the service's database, in order, until an operator releases them;
 *   other keys go on.
 * - `retry-topic`: it is tried again after growing delays by way of topics of the group's own, then put among the dead letters.
 *   Later records of its key do not wait for it.
 * - `dead-letter`: it is put aside in the group's dead-letter topic.
 * - `skip`: it is logged and dropped.
 * - `stop`: the subscription ends, liveness fails, and the process is told to end; nothing is committed past the record.
 */
export type FailurePolicy = 'park' | 'retry-topic' | 'dead-letter' | 'skip' | 'stop';

/**
 * `at-least-once`: a record is committed after it is finished. `at-most-once`: before it is handled, and it is tried once; what a
 * crash interrupts is lost.
 *
 * `exactly-once-effect`: effects in the service's database happen once: the transport opens the transaction, leaves out what the
 * inbox has, and calls the handler with the transaction's `manager`. `exactly-once`: what the handler sends through the context's
 * `output` and the message's offset are one Kafka transaction, for readers that read what is committed.
 */
export type Delivery = 'at-least-once' | 'at-most-once' | 'exactly-once-effect' | 'exactly-once';

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
  /** What follows when a record's failure is fatal, or its attempts are used up. `park` where there is a database, else `dead-letter`. */
  readonly policy: FailurePolicy;
  /**
   * How often a record is tried in its place. 5 for `park`, 3 for `retry-topic`, else `forever`: then only a fatal failure meets the
   * policy. While database or broker are away it is tried for ever whatever this says.
   */
  readonly attempts: number | 'forever';
  /** Each tier of `retry-topic`: how long a record waits there, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** How long an attempt may take; no limit when undefined. See `SubscriptionContext.signal`. */
  readonly deadlineMs: number | undefined;
  readonly delivery: Delivery;
  /** `exactly-once-effect` and `exactly-once`: the most messages that share a transaction. */
  readonly transactionMessages: number;
  /** `exactly-once-effect`: transactions under way at a time, each on a connection of the pool. */
  readonly transactions: number;
  /**
   * `exactly-once`: a transaction of a member that died is aborted after so long; until then readers of what is committed wait behind
   * it, and so does the next owner of its partitions.
   */
  readonly transactionTimeoutMs: number;
  /**
   * `park`: the most keys of a partition that are parked. When so many are, it is the handler that fails and not a key: its records
   * keep their places from then on and are tried for ever, so that liveness notices.
   */
  readonly maxParkedKeys: number;
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

export const defaultSubscriptionOptions: Omit<SubscriptionOptions, 'group' | 'policy' | 'attempts'> = {
  startFrom: 'earliest',
  lanes: 8,
  batchSize: 500,
  maxWaitingRecords: 20_000,
  maxWaitingBytes: 32 * 1024 * 1024,
  retryDelaysMs: [5_000, 60_000, 600_000],
  deadlineMs: undefined,
  delivery: 'at-least-once',
  transactionMessages: 1_000,
  transactions: 4,
  transactionTimeoutMs: 10_000,
  maxParkedKeys: 10_000,
  firstRetryMs: 100,
  maxRetryMs: 30_000,
  commitIntervalMs: 200,
  stallLimitMs: 120_000,
  sessionTimeoutMs: 10_000,
  classify: undefined,
};

const standardAttempts: Readonly<Record<FailurePolicy, number | 'forever'>> = {
  park: 5,
  'retry-topic': 3,
  'dead-letter': 'forever',
  skip: 'forever',
  stop: 'forever',
};

const ranges: Readonly<Partial<Record<keyof SubscriptionOptions, readonly [number, number]>>> = {
  lanes: [1, 256],
  batchSize: [1, 10_000],
  maxWaitingRecords: [1, 1_000_000],
  maxWaitingBytes: [1024, 1024 ** 3],
  attempts: [1, 1_000],
  deadlineMs: [1, 3_600_000],
  maxParkedKeys: [1, 1_000_000],
  transactionMessages: [1, 10_000],
  transactions: [1, 100],
  transactionTimeoutMs: [1_000, 900_000],
  firstRetryMs: [1, 60_000],
  maxRetryMs: [1, 600_000],
  commitIntervalMs: [10, 60_000],
  stallLimitMs: [1_000, 3_600_000],
  sessionTimeoutMs: [6_000, 300_000],
};

/**
 * @param mayPark whether there is a database to park in.
 * @throws {MessagingError} `SUBSCRIPTION_INVALID` naming the option.
 */
export function completeOptions(
  options: Partial<SubscriptionOptions> & { readonly group: string },
  mayPark = false,
): SubscriptionOptions {
  const atMostOnce = options.delivery === 'at-most-once';
  const exactlyOnce = options.delivery === 'exactly-once';
  const policy = options.policy ?? (atMostOnce ? 'skip' : mayPark && !exactlyOnce ? 'park' : 'dead-letter');
  // Lanes share transactions, so that more of them cost little and a failing key holds up fewer others.
  const lanes = options.delivery === 'exactly-once-effect' ? 32 : defaultSubscriptionOptions.lanes;
  const attempts = atMostOnce ? 1 : standardAttempts[policy];
  const complete = { ...defaultSubscriptionOptions, lanes, policy, attempts, ...options };
  const wrong = whatIsWrong(complete, mayPark);
  if (wrong !== undefined) throw new MessagingError('SUBSCRIPTION_INVALID', `Group ${complete.group}: ${wrong}`);
  return complete;
}

function whatIsWrong(options: SubscriptionOptions, mayPark: boolean): string | undefined {
  const { group, policy, attempts, retryDelaysMs, delivery } = options;
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(group)) return `its name must be of letters, digits, '.', '_' and '-'`;
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = options[name as keyof SubscriptionOptions];
    if (value === undefined || value === 'forever') continue;
    if (!((value as number) >= least && (value as number) <= most))
      return `${name} is ${String(value)}; it must be from ${least} to ${most}`;
  }
  if (!(policy in standardAttempts)) return `policy ${policy} is none of ${Object.keys(standardAttempts).join(', ')}`;
  if (policy === 'park' && !mayPark) return `policy park needs a database: give the messaging module its dataSource`;
  if (policy === 'retry-topic' && !retryDelaysMs.every((ms) => ms >= 1 && ms <= 86_400_000))
    return `retryDelaysMs must be from 1 to 86400000 each`;
  if (delivery === 'at-most-once' && (attempts !== 1 || (policy !== 'skip' && policy !== 'dead-letter')))
    return `at-most-once delivery takes one attempt and the policy skip or dead-letter`;
  if (delivery === 'exactly-once-effect' && !mayPark)
    return `exactly-once-effect delivery needs a database: give the messaging module its dataSource`;
  if (delivery === 'exactly-once' && (policy === 'park' || policy === 'retry-topic'))
    return `exactly-once delivery takes the policy dead-letter, skip or stop`;
  return undefined;
}
