import { ErrorCode, ZERO_UUID } from '../../protocol/index.ts';
import type { PartitionLog } from '../../storage/index.ts';
import type { BrokerServices } from '../request-context.ts';

/** A partition's log, or the error code that says why there is none. */
export type PartitionLookup =
  { readonly log: PartitionLog; readonly errorCode: 0 } | { readonly log: undefined; readonly errorCode: ErrorCode };

/** Finds the log of a partition by the topic's name. */
export function partitionByName(broker: BrokerServices, topicName: string, partition: number): PartitionLookup {
  const topic = broker.metadata.topic(topicName);
  if (topic === undefined || partition < 0 || partition >= topic.partitionCount)
    return { log: undefined, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  const log = broker.storage.get(topicName, partition);
  // Known and without a log: it is being created or deleted at this moment, and clients ask again.
  if (log === undefined) return { log: undefined, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
  return { log, errorCode: 0 };
}

/** Finds the log of a partition by the topic's id where it is given, else by name. */
export function partitionById(
  broker: BrokerServices,
  topic: { readonly name: string; readonly topicId: string },
  partition: number,
  usesTopicIds: boolean,
): PartitionLookup {
  if (!usesTopicIds) return partitionByName(broker, topic.name, partition);
  const image = topic.topicId === ZERO_UUID ? undefined : broker.metadata.topicById(topic.topicId);
  if (image === undefined) return { log: undefined, errorCode: ErrorCode.UNKNOWN_TOPIC_ID };
  return partitionByName(broker, image.name, partition);
}

/** The topics of a request about which it asks something; the others have no place in the answer. */
export function withPartitions<T extends { readonly partitions: readonly unknown[] }>(topics: readonly T[]): T[] {
  return topics.filter(({ partitions }) => partitions.length > 0);
}

/** Where the records of a leader epoch end, and which epoch that is; -1 and -1 for one that this log never had (KIP-101). */
export function endOfEpoch(
  log: PartitionLog,
  leaderEpoch: number,
): { readonly leaderEpoch: number; readonly endOffset: number } {
  if (leaderEpoch === log.leaderEpoch) return { leaderEpoch, endOffset: log.logEndOffset };
  return log.endOffsetForEpoch(leaderEpoch);
}

/** Compares the leader epoch that a client knows with ours (KIP-320); 0 when the request may go on. */
export function leaderEpochError(log: PartitionLog, currentLeaderEpoch: number): ErrorCode {
  if (currentLeaderEpoch === -1 || currentLeaderEpoch === log.leaderEpoch) return ErrorCode.NONE;
  return currentLeaderEpoch < log.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
}
