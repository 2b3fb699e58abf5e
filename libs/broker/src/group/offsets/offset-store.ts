import type { OffsetCommitKey, OffsetCommitValue } from '../../protocol/index.ts';

/** A committed offset as it is recorded. */
export interface StoredOffset {
  readonly offset: number;
  /** -1 when the consumer did not say it. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** -1: `offsets.retention.minutes` decides. */
  readonly expireTimestampMs: number;
  /** Of its record in the log. */
  readonly recordOffset: number;
}

/** Of one group, by topic and partition. */
export type GroupOffsets = ReadonlyMap<string, ReadonlyMap<number, StoredOffset>>;

type Mutable = Map<string, Map<number, StoredOffset>>;

const nothing: GroupOffsets = new Map();

/** The offsets of all groups of one partition of the offsets topic. */
export class OffsetStore {
  readonly #groups = new Map<string, Mutable>();

  ofGroup(groupId: string): GroupOffsets {
    return this.#groups.get(groupId) ?? nothing;
  }

  has(groupId: string): boolean {
    return this.#groups.has(groupId);
  }

  groupIds(): string[] {
    return [...this.#groups.keys()];
  }

  put({ group: groupId, topic, partition }: OffsetCommitKey, value: OffsetCommitValue, recordOffset: number): void {
    const topics = getOrAdd(this.#groups, groupId, (): Mutable => new Map());
    const partitions = getOrAdd(topics, topic, () => new Map<number, StoredOffset>());
    partitions.set(partition, {
      offset: value.offset,
      leaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      commitTimestampMs: value.commitTimestamp,
      expireTimestampMs: value.expireTimestamp,
      recordOffset,
    });
  }

  remove(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(groupId);
  }

  clear(): void {
    this.#groups.clear();
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const added = make();
  map.set(key, added);
  return added;
}
