import { electLeadersApi, ErrorCode, type ResponseInput } from '../../protocol/index.ts';
import type { BrokerServices } from '../request-context.ts';
import { defineHandler } from './handler.ts';

type PartitionResult = ResponseInput<
  typeof electLeadersApi
>['replicaElectionResults'][number]['partitionResult'][number];

/** Of the preferred replica, of any live one (KIP-460). */
const ELECTION_TYPES = [0, 1];

/** ElectLeaders (key 43): this node leads every partition, and is its preferred replica, so that none is needed. */
export const electLeadersHandler = defineHandler(electLeadersApi, (request, { broker }) => {
  const { electionType, topicPartitions } = request;
  if (!ELECTION_TYPES.includes(electionType)) {
    const refused = {
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: `Unknown election type ${electionType}`,
    };
    const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, ...refused })),
    }));
    return { errorCode: ErrorCode.INVALID_REQUEST, replicaElectionResults };
  }
  // Of all partitions, only those would be listed that do not have the leader which is asked for.
  if (topicPartitions === null)
    return {
      errorCode: ErrorCode.NONE,
      replicaElectionResults: broker.metadata.topics().map(({ name }) => ({ topic: name, partitionResult: [] })),
    };
  return {
    errorCode: ErrorCode.NONE,
    replicaElectionResults: topicPartitions.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, ...election(broker, topic, partitionId) })),
    })),
  };
});

function election(broker: BrokerServices, name: string, partitionId: number): Omit<PartitionResult, 'partitionId'> {
  const topic = broker.metadata.topic(name);
  if (topic === undefined)
    return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: `No such topic as ${name}` };
  if (partitionId < 0 || partitionId >= topic.partitionCount)
    return {
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      errorMessage: `No such partition as ${name}-${partitionId}`,
    };
  return {
    errorCode: ErrorCode.ELECTION_NOT_NEEDED,
    errorMessage: 'Leader election not needed for topic partition.',
  };
}
