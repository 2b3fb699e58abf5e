import { ErrorCode, KafkaError, type Chunks } from '../../protocol/index.ts';
import type { AbortedTransaction, LogRead, PartitionLog } from '../../storage/index.ts';
import { endOfEpoch, leaderEpochError, partitionById } from '../handlers/partition-lookup.ts';
import type { BrokerServices } from '../request-context.ts';
import type { FetchPartition } from './fetch-session.ts';

/** What one partition gave to a fetch. */
export interface PartitionRead {
  readonly request: FetchPartition;
  readonly errorCode: number;
  /** When the read began: what came while files were read is not in it. -1 with an error. */
  readonly highWatermark: number;
  /** -1 with an error. */
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** Of the records, for a reader of committed ones. */
  readonly abortedTransactions?: readonly AbortedTransaction[];
  readonly records: Chunks;
  readonly sizeBytes: number;
  /** The client's log ends elsewhere in that epoch: it truncates and asks again (KIP-595). */
  readonly divergingEpoch?: { readonly epoch: number; readonly endOffset: number };
  readonly log?: PartitionLog;
}

/** Bounds of one pass over the partitions of a fetch. */
export interface ReadLimits {
  readonly usesTopicIds: boolean;
  /** Of the whole answer. A first batch larger than this is returned all the same. */
  readonly maxBytes: number;
  /** Nothing of open transactions is returned. */
  readonly committedOnly: boolean;
}

const NO_RECORDS: Chunks = [];

/** Reads the partitions in order, each up to its own limit and all of them together up to the answer's. */
export async function readPartitions(
  broker: BrokerServices,
  partitions: Iterable<FetchPartition>,
  limits: ReadLimits,
): Promise<PartitionRead[]> {
  const reads: PartitionRead[] = [];
  let remainingBytes = limits.maxBytes;
  let isFirst = true;
  for (const request of partitions) {
    const pending = readPartition(broker, request, { ...limits, maxBytes: remainingBytes }, isFirst);
    // Most reads are of the log's end, in memory: no turn is given up for them.
    const read = pending instanceof Promise ? await pending : pending;
    reads.push(read);
    remainingBytes = Math.max(remainingBytes - read.sizeBytes, 0);
    if (read.sizeBytes > 0) isFirst = false;
  }
  return reads;
}

function readPartition(
  broker: BrokerServices,
  request: FetchPartition,
  { usesTopicIds, maxBytes: remainingBytes, committedOnly }: ReadLimits,
  isFirst: boolean,
): PartitionRead | Promise<PartitionRead> {
  const found = partitionById(
    broker,
    { name: request.topic, topicId: request.topicId },
    request.partition,
    usesTopicIds,
  );
  if (found.log === undefined) return failed(request, found.errorCode);
  const { log } = found;
  const epochError = leaderEpochError(log, Math.max(request.currentLeaderEpoch, -1));
  if (epochError !== ErrorCode.NONE) return failed(request, epochError);
  if (request.lastFetchedEpoch >= 0) {
    const end = endOfEpoch(log, request.lastFetchedEpoch);
    if (end.leaderEpoch < 0 || end.endOffset < 0 || request.fetchOffset < log.logStartOffset)
      return { ...failed(request, ErrorCode.OFFSET_OUT_OF_RANGE), log };
    if (end.leaderEpoch < request.lastFetchedEpoch || end.endOffset < request.fetchOffset) {
      const divergingEpoch = { epoch: end.leaderEpoch, endOffset: end.endOffset };
      return { ...nothingOf(request, log), divergingEpoch };
    }
  }
  if (request.fetchOffset < log.logStartOffset || request.fetchOffset > log.logEndOffset)
    return { ...failed(request, ErrorCode.OFFSET_OUT_OF_RANGE), log };
  const limitBytes = Math.min(request.maxBytes, remainingBytes);
  // At the high watermark the log is asked too, so that it knows of a reader at its end.
  if (request.fetchOffset > log.highWatermark || (limitBytes <= 0 && !isFirst)) return nothingOf(request, log);
  return readLog(log, request, { maxBytes: Math.max(limitBytes, 0), minOneMessage: isFirst, committedOnly });
}

function readLog(
  log: PartitionLog,
  request: FetchPartition,
  {
    maxBytes,
    minOneMessage,
    committedOnly,
  }: { readonly maxBytes: number; readonly minOneMessage: boolean; readonly committedOnly: boolean },
): PartitionRead | Promise<PartitionRead> {
  const before = nothingOf(request, log);
  const onError = (error: unknown): PartitionRead => {
    if (!(error instanceof KafkaError)) throw error;
    return { ...failed(request, error.code), log };
  };
  try {
    const complete = ({ records, sizeBytes, abortedTransactions }: LogRead): PartitionRead => {
      const result = { ...before, records, sizeBytes };
      return abortedTransactions === undefined ? result : { ...result, abortedTransactions };
    };
    const pending = log.read(request.fetchOffset, maxBytes, { minOneMessage, committedOnly });
    return pending instanceof Promise ? pending.then(complete).catch(onError) : complete(pending);
  } catch (error) {
    return onError(error);
  }
}

/** The log as it is now, without records. */
function nothingOf(request: FetchPartition, log: PartitionLog): PartitionRead {
  const { highWatermark, lastStableOffset, logStartOffset } = log;
  const offsets = { highWatermark, lastStableOffset, logStartOffset };
  return { request, errorCode: ErrorCode.NONE, ...offsets, records: NO_RECORDS, sizeBytes: 0, log };
}

function failed(request: FetchPartition, errorCode: number): PartitionRead {
  const offsets = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 };
  return { request, errorCode, ...offsets, records: NO_RECORDS, sizeBytes: 0 };
}
