/**
 * Fetch sessions (KIP-227): the broker remembers what a client fetches, so that a request names only what changed and an
 * answer only what is new.
 *
 * A session's epoch rises by one with each of its requests, wraps from the largest int32 to 1, and a request with another
 * epoch is refused; so one request of a session is under way at a time.
 */

/** What a request says of one partition. */
export interface FetchPartition {
  /** Empty when the request names a topic id that is not known. */
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
  /** -1: not given. */
  readonly currentLeaderEpoch: number;
  /** -1: not given. */
  readonly lastFetchedEpoch: number;
}

/** A partition of a session, with what the client was told last. */
export interface SessionPartition {
  request: FetchPartition;
  /** -1: the client must be told at the next answer. */
  toldHighWatermark: number;
  toldLogStartOffset: number;
}

/** Names a partition within a session: by id where the client uses ids, for a name may change its topic. */
export function sessionKey(
  partition: Pick<FetchPartition, 'topic' | 'topicId' | 'partition'>,
  usesTopicIds: boolean,
): string {
  return `${usesTopicIds ? partition.topicId : partition.topic}/${partition.partition}`;
}

const MAX_EPOCH = 2 ** 31 - 1;

export class FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** The epoch that the next request must carry. */
  nextEpoch = 1;
  /** In the order in which they are read: one that gave data goes to the end, so that none is starved. */
  readonly partitions = new Map<string, SessionPartition>();

  constructor(id: number, usesTopicIds: boolean, nowMs: number) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
    this.createdMs = nowMs;
    this.lastUsedMs = nowMs;
  }

  /** Adds or changes a partition. */
  set(request: FetchPartition): void {
    const key = sessionKey(request, this.usesTopicIds);
    const known = this.partitions.get(key);
    if (known === undefined) this.partitions.set(key, { request, toldHighWatermark: -1, toldLogStartOffset: -1 });
    else known.request = request;
  }

  forget(partition: Pick<FetchPartition, 'topic' | 'topicId' | 'partition'>): void {
    this.partitions.delete(sessionKey(partition, this.usesTopicIds));
  }

  advanceEpoch(): void {
    this.nextEpoch = this.nextEpoch === MAX_EPOCH ? 1 : this.nextEpoch + 1;
  }

  /** Puts a partition behind the others. */
  moveToEnd(key: string): void {
    const partition = this.partitions.get(key);
    if (partition === undefined) return;
    this.partitions.delete(key);
    this.partitions.set(key, partition);
  }
}
