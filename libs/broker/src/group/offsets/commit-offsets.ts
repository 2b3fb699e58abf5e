/**
 * OffsetCommit. Versions: 2 to 4 may carry a retention of their own; 6 adds the leader epoch (KIP-320); 7 static members; 10 names
 * topics by id (KIP-848).
 */
import { ErrorCode, KafkaError, ZERO_UUID } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import type { GroupRecord } from '../group-record.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from '../messages.ts';
import type { TopicDirectory } from '../topic-directory.ts';

type RequestedTopic = OffsetCommitRequest['topics'][number];
type RequestedPartition = RequestedTopic['partitions'][number];
type TopicRow = OffsetCommitResponse['topics'][number];

const longestStoredBytes = 32_767;
/** First version that names topics by id. */
const topicIdVersion = 10;

export interface CommitRules {
  readonly nowMs: number;
  readonly metadataMaxBytes: number;
  readonly topics: TopicDirectory;
  readonly apiVersion: number;
  /** Refuses the whole request when a member may not commit for a partition. @throws KafkaError. */
  readonly checkPartition?: (topic: string, topicId: string | undefined, partition: number) => void;
}

/** What tells whether a partition exists. */
type PlaceRules = Pick<CommitRules, 'topics' | 'apiVersion'>;

/**
 * Whether this member, in this generation, may commit. Somebody who names no member and no generation manages offsets alone, and may
 * do so while nobody consumes in the group.
 * @throws KafkaError UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID, REBALANCE_IN_PROGRESS.
 */
export function checkCommitter(group: ClassicGroup, request: OffsetCommitRequest): void {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
  if (generationId < 0 && group.state === 'Empty') return;
  if (generationId < 0 && memberId === '' && groupInstanceId === null)
    throw new KafkaError(
      ErrorCode.UNKNOWN_MEMBER_ID,
      `Group ${group.groupId} has members; only they may commit its offsets.`,
    );
  group.memberFor(memberId, groupInstanceId);
  if (generationId !== group.generationId)
    throw new KafkaError(
      ErrorCode.ILLEGAL_GENERATION,
      `Group ${group.groupId} is at generation ${group.generationId}, not ${generationId}.`,
    );
  if (group.state === 'CompletingRebalance')
    throw new KafkaError(ErrorCode.REBALANCE_IN_PROGRESS, `Group ${group.groupId} is rebalancing.`);
}

/** The records of the partitions that can be committed, and the answer for all. */
export function commitOffsets(
  request: OffsetCommitRequest,
  rules: CommitRules,
): Outcome<GroupRecord, OffsetCommitResponse> {
  const records: GroupRecord[] = [];
  const topics = answeredTopics(request, rules).map((topic) => commitTopic(request, topic, rules, records));
  return { records, reply: { topics } };
}

/** One error for all partitions that exist, as the answer has no place for an error of the whole request. */
export function refuseCommit(
  request: OffsetCommitRequest,
  errorCode: ErrorCode,
  rules: PlaceRules,
): OffsetCommitResponse {
  return {
    topics: answeredTopics(request, rules).map((topic) => {
      const { name, topicId, partitions } = topic;
      const errorOf = placeErrors(topic, rules);
      const rows = partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorOf(partitionIndex) ?? errorCode,
      }));
      return { name, topicId, partitions: rows };
    }),
  };
}

/** A known topic without partitions has no place in the answer. */
function answeredTopics({ topics }: OffsetCommitRequest, rules: PlaceRules): RequestedTopic[] {
  return topics.filter((topic) => topic.partitions.length > 0 || placeErrors(topic, rules)(0) !== undefined);
}

/** What is wrong with a partition of a topic; undefined for one that exists. */
function placeErrors(
  { name, topicId }: Pick<RequestedTopic, 'name' | 'topicId'>,
  { topics, apiVersion }: PlaceRules,
): (partitionIndex: number) => ErrorCode | undefined {
  const topic = apiVersion >= topicIdVersion ? topics.topicName(topicId) : name;
  const partitionCount = topic === undefined ? 0 : topics.partitionCount(topic);
  return (partitionIndex) => {
    if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
    const exists = partitionIndex >= 0 && partitionIndex < partitionCount;
    return exists ? undefined : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  };
}

function commitTopic(
  request: OffsetCommitRequest,
  requested: RequestedTopic,
  rules: CommitRules,
  records: GroupRecord[],
): TopicRow {
  const { name, topicId, partitions } = requested;
  const topic = rules.apiVersion >= topicIdVersion ? (rules.topics.topicName(topicId) ?? '') : name;
  const errorOf = placeErrors(requested, rules);
  const rows = partitions.map((partition) => {
    const { partitionIndex } = partition;
    const errorCode = errorOf(partitionIndex);
    if (errorCode !== undefined) return { partitionIndex, errorCode };
    if (isTooLong(partition.committedMetadata ?? '', rules.metadataMaxBytes))
      return { partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE };
    rules.checkPartition?.(topic, rules.topics.topicId(topic), partitionIndex);
    records.push(offsetRecord(request, topic, partition, rules.nowMs));
    return { partitionIndex, errorCode: ErrorCode.NONE };
  });
  return { name, topicId, partitions: rows };
}

/** Kafka counts characters against `offset.metadata.max.bytes`; a record's string has 32,767 bytes at most. */
function isTooLong(metadata: string, limit: number): boolean {
  return metadata.length > limit || Buffer.byteLength(metadata) > longestStoredBytes;
}

function offsetRecord(
  { groupId, retentionTimeMs }: OffsetCommitRequest,
  topic: string,
  partition: RequestedPartition,
  nowMs: number,
): GroupRecord {
  return {
    kind: 'offset',
    key: { group: groupId, topic, partition: partition.partitionIndex },
    value: {
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestamp: nowMs,
      expireTimestamp: retentionTimeMs === -1 ? -1 : nowMs + retentionTimeMs,
      topicId: ZERO_UUID,
    },
  };
}
