import {
  ErrorCode,
  KafkaError,
  listOffsetsApi,
  type ListOffsetsRequest,
  type ResponseInput,
} from '../../protocol/index.ts';
import type { PartitionLog } from '../../storage/index.ts';
import type { RequestContext } from '../request-context.ts';
import { defineHandler } from './handler.ts';
import { leaderEpochError, partitionByName, withPartitions } from './partition-lookup.ts';

type PartitionRequest = ListOffsetsRequest['topics'][number]['partitions'][number];
type PartitionAnswer = ResponseInput<typeof listOffsetsApi>['topics'][number]['partitions'][number];

/** The timestamps below zero that ask for a place instead of a time, and the version that each of them came with. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const READ_COMMITTED = 1;
const FIRST_VERSION_WITH: Readonly<Record<number, number>> = {
  [LATEST]: 0,
  [EARLIEST]: 0,
  [MAX_TIMESTAMP]: 7,
  [EARLIEST_LOCAL]: 8,
  [LATEST_TIERED]: 9,
  [EARLIEST_PENDING_UPLOAD]: 11,
};

/**
 * ListOffsets (key 2): the first offset at or after a time, or the ends of the log. v4 adds leader epochs (KIP-320), v7 the
 * largest timestamp (KIP-734), v8, v9 and v11 the ends of tiered logs (KIP-405): nothing is tiered here, so the local log
 * is the whole one.
 */
export const listOffsetsHandler = defineHandler(listOffsetsApi, async (request, context) => ({
  topics: await Promise.all(
    withPartitions(request.topics).map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        firstOfEach(partitions).map((partition) =>
          answer(name, partition, partitions, request.isolationLevel, context),
        ),
      ),
    })),
  ),
}));

/** A partition that is asked for more than once has one row, which refuses it. */
function firstOfEach(partitions: readonly PartitionRequest[]): PartitionRequest[] {
  return [...new Map(partitions.toReversed().map((each) => [each.partitionIndex, each])).values()].toReversed();
}

async function answer(
  topic: string,
  request: PartitionRequest,
  all: readonly PartitionRequest[],
  isolationLevel: number,
  { broker, apiVersion }: RequestContext,
): Promise<PartitionAnswer> {
  const { partitionIndex, timestamp, currentLeaderEpoch } = request;
  if (all.some((other) => other !== request && other.partitionIndex === partitionIndex))
    return failed(partitionIndex, ErrorCode.INVALID_REQUEST);
  if (timestamp < 0 && apiVersion < (FIRST_VERSION_WITH[timestamp] ?? Infinity))
    return failed(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
  const found = partitionByName(broker, topic, partitionIndex);
  if (found.log === undefined) return failed(partitionIndex, found.errorCode);
  const epochError = leaderEpochError(found.log, currentLeaderEpoch);
  if (epochError !== ErrorCode.NONE) return failed(partitionIndex, epochError);
  try {
    return { partitionIndex, errorCode: ErrorCode.NONE, ...(await placeOf(found.log, timestamp, isolationLevel)) };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return failed(partitionIndex, error.code);
  }
}

async function placeOf(
  log: PartitionLog,
  timestamp: number,
  isolationLevel: number,
): Promise<{ readonly timestamp: number; readonly offset: number; readonly leaderEpoch: number }> {
  const end = isolationLevel === READ_COMMITTED ? log.lastStableOffset : log.highWatermark;
  if (timestamp === LATEST) return { timestamp: -1, offset: end, leaderEpoch: log.leaderEpoch };
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL)
    return { timestamp: -1, offset: log.logStartOffset, leaderEpoch: log.leaderEpoch };
  const found =
    timestamp === MAX_TIMESTAMP
      ? await log.maxTimestamp()
      : timestamp >= 0
        ? await log.offsetForTimestamp(timestamp)
        : undefined;
  if (found === undefined || found.offset >= end) return { timestamp: -1, offset: -1, leaderEpoch: -1 };
  return { timestamp: found.timestampMs, offset: found.offset, leaderEpoch: found.leaderEpoch };
}

function failed(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, errorCode, timestamp: -1, offset: -1, leaderEpoch: -1 };
}
