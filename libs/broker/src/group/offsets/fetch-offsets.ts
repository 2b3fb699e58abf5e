/**
 * OffsetFetch. Versions: 2 asks for all topics with null and has an error of the whole request; 8 asks for several groups (KIP-709); 10
 * names topics by id (KIP-848). An unknown group, topic or partition is not an error: its offset is -1.
 */
import { ErrorCode, ZERO_UUID } from '../../protocol/index.ts';
import type { OffsetFetchRequest, OffsetFetchResponse } from '../messages.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { GroupOffsets, StoredOffset } from './offset-store.ts';

export type GroupRequest = OffsetFetchRequest['groups'][number];
export type GroupRow = NonNullable<OffsetFetchResponse['groups']>[number];
type TopicRow = GroupRow['topics'][number];
type PartitionRow = TopicRow['partitions'][number];

/** First version that names topics by id. */
const topicIdVersion = 10;

/** A request of before version 8, as one for a single group. */
export function singleGroupRequest(request: OffsetFetchRequest): GroupRequest {
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return { groupId: request.groupId, memberId: null, memberEpoch: -1, topics };
}

/** The answer to a request of before version 8. Version 1 has no error of the whole: it stands at each partition. */
export function singleGroupResponse({ topics, errorCode = ErrorCode.NONE }: GroupRow): OffsetFetchResponse {
  return {
    errorCode,
    topics: topics.map(({ name = '', partitions }) => ({ name, partitions })),
  };
}

/** One error for a group; version 1 shows it at the partitions that were asked for. */
export function refuseFetch(request: GroupRequest, errorCode: ErrorCode, apiVersion: number): GroupRow {
  const topics = apiVersion > 1 ? [] : (request.topics ?? []);
  return {
    groupId: request.groupId,
    errorCode,
    topics: topics.map(({ name, topicId, partitionIndexes }) => ({
      name,
      topicId,
      partitions: partitionIndexes.map((partitionIndex) => ({ ...noOffset(partitionIndex), errorCode })),
    })),
  };
}

/** @param isUnstable whether the answer for a partition must wait for the end of a transaction (KIP-447). */
export function fetchOffsets(
  offsets: GroupOffsets,
  isUnstable: (topic: string, partition: number) => boolean,
  request: GroupRequest,
  directory: TopicDirectory,
  apiVersion: number,
): GroupRow {
  const byId = apiVersion >= topicIdVersion;
  const topics =
    request.topics === null
      ? allTopics(offsets, isUnstable, directory, byId)
      : request.topics.map((topic) => requestedTopic(offsets, isUnstable, topic, directory, byId));
  return { groupId: request.groupId, errorCode: ErrorCode.NONE, topics };
}

function allTopics(
  offsets: GroupOffsets,
  isUnstable: (topic: string, partition: number) => boolean,
  directory: TopicDirectory,
  byId: boolean,
): TopicRow[] {
  const rows: TopicRow[] = [];
  for (const [name, partitions] of offsets) {
    const topicId = directory.topicId(name);
    // A topic that is gone has no id by which it could be named.
    if (byId && topicId === undefined) continue;
    rows.push({
      name,
      topicId: topicId ?? ZERO_UUID,
      partitions: Array.from(partitions, ([partitionIndex, stored]) =>
        isUnstable(name, partitionIndex) ? unstableRow(partitionIndex) : storedRow(partitionIndex, stored),
      ),
    });
  }
  return rows;
}

function requestedTopic(
  offsets: GroupOffsets,
  isUnstable: (topic: string, partition: number) => boolean,
  { name, topicId, partitionIndexes }: NonNullable<GroupRequest['topics']>[number],
  directory: TopicDirectory,
  byId: boolean,
): TopicRow {
  const topic = byId ? directory.topicName(topicId) : name;
  const stored = topic === undefined ? undefined : offsets.get(topic);
  const partitions = partitionIndexes.map((partitionIndex): PartitionRow => {
    if (topic === undefined) return { ...noOffset(partitionIndex), errorCode: ErrorCode.UNKNOWN_TOPIC_ID };
    if (isUnstable(topic, partitionIndex)) return unstableRow(partitionIndex);
    const offset = stored?.get(partitionIndex);
    return offset === undefined ? noOffset(partitionIndex) : storedRow(partitionIndex, offset);
  });
  return { name, topicId, partitions };
}

function storedRow(partitionIndex: number, { offset, leaderEpoch, metadata }: StoredOffset): PartitionRow {
  return {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: ErrorCode.NONE,
  };
}

function unstableRow(partitionIndex: number): PartitionRow {
  return { ...noOffset(partitionIndex), errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT };
}

function noOffset(partitionIndex: number): PartitionRow {
  return {
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode: ErrorCode.NONE,
  };
}
