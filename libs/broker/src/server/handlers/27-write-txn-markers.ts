import { ErrorCode, KafkaError, writeTxnMarkersApi, type WriteTxnMarkersRequest } from '../../protocol/index.ts';
import type { BrokerServices } from '../request-context.ts';
import { defineHandler } from './handler.ts';

type MarkerRequest = WriteTxnMarkersRequest['markers'][number];

/** WriteTxnMarkers (key 27): ends transactions in partitions; an operator aborts so what no coordinator knows any more (KIP-664). */
export const writeTxnMarkersHandler = defineHandler(writeTxnMarkersApi, async (request, { broker }) => ({
  markers: await Promise.all(
    request.markers.filter(namesPartitions).map(async (marker) => ({
      producerId: marker.producerId,
      topics: await Promise.all(
        marker.topics.map(async ({ name, partitionIndexes }) => ({
          name,
          partitions: await Promise.all(
            partitionIndexes.map(async (partitionIndex) => ({
              partitionIndex,
              errorCode: await write(broker, marker, name, partitionIndex),
            })),
          ),
        })),
      ),
    })),
  ),
}));

/** A marker for nothing has no place in the answer. */
function namesPartitions({ topics }: MarkerRequest): boolean {
  return topics.some(({ partitionIndexes }) => partitionIndexes.length > 0);
}

async function write(
  { transactions, clock }: BrokerServices,
  { producerId, producerEpoch, transactionResult, coordinatorEpoch }: MarkerRequest,
  topic: string,
  partition: number,
): Promise<ErrorCode> {
  const marker = {
    producerId,
    producerEpoch,
    committed: transactionResult,
    coordinatorEpoch,
    timestampMs: clock.now(),
  };
  try {
    await transactions.writeMarker(topic, partition, marker);
    return ErrorCode.NONE;
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return error.code;
  }
}
