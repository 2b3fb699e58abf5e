/** What the room asks about topics; wired to the metadata room by the server. */
export interface TopicDirectory {
  /** Differs after every change of topics or of their partitions. */
  readonly version: number;
  /** Canonical uuid of a topic, undefined when it does not exist. */
  topicId(name: string): string | undefined;
  topicName(topicId: string): string | undefined;
  /** 0 when the topic does not exist. */
  partitionCount(name: string): number;
  /** Of all topics. */
  topicNames(): Iterable<string>;
}
