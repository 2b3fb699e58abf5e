import { describeProducersApi, ErrorCode, type ResponseInput } from '../../protocol/index.ts';
import type { RequestContext } from '../request-context.ts';
import { defineHandler } from './handler.ts';
import { missingTopic } from './missing-topic.ts';
import { partitionByName } from './partition-lookup.ts';

type PartitionAnswer = ResponseInput<typeof describeProducersApi>['topics'][number]['partitions'][number];

/** DescribeProducers (key 61, KIP-664): the producers that partitions remember, with where their open transactions begin. */
export const describeProducersHandler = defineHandler(describeProducersApi, (request, context) => ({
  topics: request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => describe(name, partitionIndex, context)),
  })),
}));

function describe(topic: string, partitionIndex: number, { broker }: RequestContext): PartitionAnswer {
  const { log, errorCode } = partitionByName(broker, topic, partitionIndex);
  if (log === undefined) {
    const isKnown = broker.metadata.topic(topic) !== undefined;
    const missing = isKnown ? { errorCode, errorMessage: null } : missingTopic(topic);
    return { partitionIndex, ...missing, activeProducers: [] };
  }
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    activeProducers: log.activeProducers().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestampMs,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTransactionStartOffset,
    })),
  };
}
