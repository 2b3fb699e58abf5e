import { TransactionState } from './transaction-state.ts';

/** Partitions by topic. */
export type TopicPartitions = ReadonlyMap<string, ReadonlySet<number>>;

/** Which rules a transaction follows: 0 those of KIP-98, 2 those of KIP-890, where each transaction has an epoch of its own. */
export const TransactionVersion = { v0: 0, v2: 2 } as const;
export type TransactionVersion = (typeof TransactionVersion)[keyof typeof TransactionVersion];

/** All that is known of a transactional id; never changed, only replaced. */
export interface TransactionMetadata {
  readonly transactionalId: string;
  readonly producerId: number;
  /** The one before, after its epochs were used up; -1 for none. */
  readonly previousProducerId: number;
  /** Takes over when the prepared transaction is complete; -1 for none. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** The epoch that a retry of the last bump still names; -1 for none. Not recorded, as in Kafka. */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** Those that need a marker. */
  readonly partitions: TopicPartitions;
  /** -1 before the first transaction. */
  readonly startMs: number;
  readonly updatedMs: number;
  readonly clientVersion: number;
}

export const noProducerId = -1;
export const noEpoch = -1;
export const noPartitions: TopicPartitions = new Map();

const largestEpoch = 2 ** 15 - 1;

/** The last epoch is never given out, so that a producer can always be fenced. */
export function isEpochExhausted(epoch: number): boolean {
  return epoch >= largestEpoch - 1;
}

export function includesAll(partitions: TopicPartitions, wanted: TopicPartitions): boolean {
  for (const [topic, numbers] of wanted) {
    const known = partitions.get(topic);
    for (const partition of numbers) if (known?.has(partition) !== true) return false;
  }
  return true;
}

export function union(one: TopicPartitions, other: TopicPartitions): TopicPartitions {
  const all = new Map(one);
  for (const [topic, numbers] of other) all.set(topic, new Set([...(all.get(topic) ?? []), ...numbers]));
  return all;
}

/** Whether the time of the running transaction is up. */
export function isTimedOut({ state, startMs, timeoutMs }: TransactionMetadata, nowMs: number): boolean {
  return state === TransactionState.Ongoing && startMs + timeoutMs < nowMs;
}

/** Whether the id may be forgotten: no transaction runs, and none did for long. */
export function isExpired({ state, updatedMs }: TransactionMetadata, nowMs: number, expirationMs: number): boolean {
  const isIdle =
    state === TransactionState.Empty ||
    state === TransactionState.CompleteCommit ||
    state === TransactionState.CompleteAbort;
  return isIdle && updatedMs <= nowMs - expirationMs;
}
