import { describeQuorumApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

const METADATA_TOPIC = '__cluster_metadata';

/** DescribeQuorum (key 55, KIP-595): this node is the one voter and leads its metadata log. */
export const describeQuorumHandler = defineHandler(describeQuorumApi, ({ topics }, { broker, connection }) => {
  const [topic] = topics;
  const log = broker.storage.get(METADATA_TOPIC, 0);
  const isMetadata =
    topics.length === 1 &&
    topic?.topicName === METADATA_TOPIC &&
    topic.partitions.length === 1 &&
    topic.partitions[0]!.partitionIndex === 0;
  if (!isMetadata || log === undefined)
    return {
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      topics: topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) => missing(partitionIndex)),
      })),
    };
  const { nodeId, host, port } = broker.endpointFor(connection);
  const now = broker.clock.now();
  const voter = {
    replicaId: nodeId,
    logEndOffset: log.logEndOffset,
    lastFetchTimestamp: now,
    lastCaughtUpTimestamp: now,
  };
  const partition = {
    partitionIndex: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    leaderId: nodeId,
    leaderEpoch: log.leaderEpoch,
    highWatermark: log.highWatermark,
    currentVoters: [voter],
    observers: [],
  };
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
    nodes: [{ nodeId, listeners: [{ name: 'CONTROLLER', host, port }] }],
  };
});

function missing(partitionIndex: number) {
  return {
    partitionIndex,
    errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    errorMessage: 'This server does not host this topic-partition.',
    leaderId: 0,
    leaderEpoch: 0,
    highWatermark: 0,
    currentVoters: [],
    observers: [],
  };
}
