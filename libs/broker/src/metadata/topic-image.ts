/** A topic as it stands. Immutable: a change makes a new image. */
export interface TopicImage {
  readonly name: string;
  /** Canonical uuid. */
  readonly topicId: string;
  /** Partitions are numbered from 0. Each has this node as its leader and only replica. */
  readonly partitionCount: number;
  /** Internal to the broker (`__consumer_offsets`, `__transaction_state`): clients may read it, not delete it by pattern. */
  readonly isInternal: boolean;
}
