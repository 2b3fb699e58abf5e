import { isInternalTopic } from '../../metadata/index.ts';
import { deleteRecordsApi, ErrorCode, KafkaError, type ResponseInput } from '../../protocol/index.ts';
import type { RequestContext } from '../request-context.ts';
import { defineHandler } from './handler.ts';
import { partitionByName, withPartitions } from './partition-lookup.ts';

type PartitionAnswer = ResponseInput<typeof deleteRecordsApi>['topics'][number]['partitions'][number];

/** DeleteRecords (key 21, KIP-107): everything below an offset is forgotten; offset -1 stands for the high watermark. */
export const deleteRecordsHandler = defineHandler(deleteRecordsApi, async (request, context) => ({
  topics: await Promise.all(
    withPartitions(request.topics).map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(({ partitionIndex, offset }) => deleteBefore(name, partitionIndex, offset, context)),
      ),
    })),
  ),
}));

async function deleteBefore(
  topic: string,
  partitionIndex: number,
  offset: number,
  { broker }: RequestContext,
): Promise<PartitionAnswer> {
  const failed = (errorCode: number): PartitionAnswer => ({ partitionIndex, lowWatermark: -1, errorCode });
  const { log, errorCode } = partitionByName(broker, topic, partitionIndex);
  if (log === undefined) return failed(errorCode);
  if (isInternalTopic(topic)) return failed(ErrorCode.INVALID_TOPIC_EXCEPTION);
  // A compacted topic keeps the last record of each key for ever.
  if (!log.config.cleanupDelete && log.config.cleanupCompact) return failed(ErrorCode.POLICY_VIOLATION);
  try {
    return { partitionIndex, lowWatermark: await log.deleteRecordsBefore(offset), errorCode: ErrorCode.NONE };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return failed(error.code);
  }
}
