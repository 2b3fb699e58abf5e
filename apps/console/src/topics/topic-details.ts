/** One topic as the API tells it. Plain JSON; the page shares these types. */

export interface PartitionDetails {
  readonly partition: number;
  /** Node id of the leader, -1 for none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
  /** First retained offset. */
  readonly begin: number;
  /** Offset that the next record will have. */
  readonly end: number;
  /** On the leader's disk; null when it did not tell. */
  readonly bytes: number | null;
}

export interface TopicConfig {
  readonly name: string;
  /** Null when it is a secret. */
  readonly value: string | null;
  /** `topic`: set for this topic; `broker`: set for all of a broker or cluster; `default`: nobody set it. */
  readonly source: 'topic' | 'broker' | 'default';
  readonly isReadOnly: boolean;
}

/** What the platform's contracts say about a topic. */
export interface TopicContractView {
  readonly doc: string;
  readonly owner: string;
  readonly subscribers: readonly string[];
  readonly keyFields: readonly string[];
  /** Full names of the events that it carries. */
  readonly events: readonly string[];
}

export interface TopicDetails {
  readonly name: string;
  readonly partitions: readonly PartitionDetails[];
  /** On the leaders' disks, together. */
  readonly bytes: number;
  readonly configs: readonly TopicConfig[];
  /** Null for a topic that the contracts do not know. */
  readonly contract: TopicContractView | null;
}
