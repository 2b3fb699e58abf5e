import type { TopicImage } from '../../metadata/index.ts';
import { describeTopicPartitionsApi, ErrorCode, ZERO_UUID, type ResponseInput } from '../../protocol/index.ts';
import type { BrokerServices } from '../request-context.ts';
import { OPERATIONS_UNKNOWN, TOPIC_OPERATIONS } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';
import { missingTopicError } from './missing-topic.ts';

type TopicAnswer = ResponseInput<typeof describeTopicPartitionsApi>['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** `max.request.partition.size.limit`. */
const MOST_PARTITIONS = 2000;

/** DescribeTopicPartitions (key 75, KIP-966): topics in order of their names, page by page; a cursor says where the next begins. */
export const describeTopicPartitionsHandler = defineHandler(describeTopicPartitionsApi, (request, { broker }) => {
  const { cursor } = request;
  const asked = request.topics.map(({ name }) => name);
  const isOfList = asked.length === 0 || cursor === null || asked.includes(cursor.topicName);
  if (!isOfList || (cursor !== null && cursor.partitionIndex < 0))
    return { topics: asked.map((name) => failed(name, ErrorCode.INVALID_REQUEST, OPERATIONS_UNKNOWN)) };
  const names = asked.length > 0 ? asked : broker.metadata.topics().map(({ name }) => name);
  const inOrder = [...new Set(names)].sort().filter((name) => cursor === null || name >= cursor.topicName);
  let room = Math.max(1, Math.min(request.responsePartitionLimit, MOST_PARTITIONS));
  const topics: TopicAnswer[] = [];
  for (const name of inOrder) {
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0;
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } };
    const topic = broker.metadata.topic(name);
    if (topic === undefined) {
      topics.push(missing(name));
      continue;
    }
    const end = Math.min(topic.partitionCount, first + room);
    topics.push(describe(broker, topic, first, end));
    room -= Math.max(end - first, 0);
    if (end < topic.partitionCount) return { topics, nextCursor: { topicName: name, partitionIndex: end } };
  }
  return { topics, nextCursor: null };
});

function describe(broker: BrokerServices, topic: TopicImage, first: number, end: number): TopicAnswer {
  const { nodeId } = broker.metadata;
  const replicas = [nodeId];
  const partitions: PartitionAnswer[] = [];
  for (let partitionIndex = first; partitionIndex < end; partitionIndex++) {
    partitions.push({
      errorCode: ErrorCode.NONE,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: broker.storage.get(topic.name, partitionIndex)?.leaderEpoch ?? 0,
      replicaNodes: replicas,
      isrNodes: replicas,
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    });
  }
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    partitions,
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  };
}

function missing(name: string): TopicAnswer {
  return failed(name, missingTopicError(name), TOPIC_OPERATIONS);
}

function failed(name: string, errorCode: ErrorCode, topicAuthorizedOperations: number): TopicAnswer {
  return { errorCode, name, topicId: ZERO_UUID, partitions: [], topicAuthorizedOperations };
}
