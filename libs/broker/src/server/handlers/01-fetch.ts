import { ErrorCode, fetchApi, type FetchRequest, type ResponseInput } from '../../protocol/index.ts';
import { awaitData } from '../fetch/await-data.ts';
import { resolveFetchContext, type FetchContext } from '../fetch/fetch-context.ts';
import type { FetchPartition } from '../fetch/fetch-session.ts';
import { readPartitions, type PartitionRead } from '../fetch/partition-read.ts';
import type { AnswerClaim } from '../network/index.ts';
import type { BrokerServices, RequestContext } from '../request-context.ts';
import { defineHandler } from './handler.ts';

type TopicAnswer = ResponseInput<typeof fetchApi>['responses'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

const FIRST_VERSION_WITH_TOPIC_IDS = 13;
const READ_COMMITTED = 1;

/**
 * Fetch (key 1): records from offsets on, whole batches as they are stored. The answer waits for `minBytes` up to
 * `maxWaitMs`. v7 adds sessions (KIP-227), v9 leader epochs (KIP-320), v12 the check of the last fetched epoch (KIP-595),
 * v13 topic ids (KIP-516). `read_committed` ends at the last stable offset, and lists the aborted transactions whose records the
 * client leaves out (KIP-98).
 */
export const fetchHandler = defineHandler(fetchApi, async (request, context) => {
  const usesTopicIds = context.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS;
  const fetch = resolveFetchContext(context.broker.fetchSessions, request, usesTopicIds);
  if ('errorCode' in fetch) return { errorCode: fetch.errorCode, sessionId: 0, responses: [] };
  const claim = context.broker.answers.claim();
  try {
    const read = await readUntilEnough(fetch, request, context, { usesTopicIds, claim });
    const { sessionId, reads } = fetch.answer(read);
    return { errorCode: ErrorCode.NONE, sessionId, responses: byTopic(reads, request, usesTopicIds) };
  } finally {
    // The connection counts the answer from here on, as far as its client does not take it.
    claim.bytes = 0;
  }
});

/** Reads again and again until there is enough, or something that the client must know, or the time is up. */
async function readUntilEnough(
  fetch: FetchContext,
  request: FetchRequest,
  { broker, connection }: RequestContext,
  { usesTopicIds, claim }: { readonly usesTopicIds: boolean; readonly claim: AnswerClaim },
): Promise<PartitionRead[]> {
  const committedOnly = request.isolationLevel === READ_COMMITTED;
  const deadlineMs = broker.clock.now() + request.maxWaitMs;
  for (;;) {
    const maxBytes = answerLimit(broker, request);
    claim.bytes = Math.min(maxBytes, wantedBytes(fetch.partitions));
    const reads = await readPartitions(broker, fetch.partitions, { usesTopicIds, maxBytes, committedOnly });
    claim.bytes = sizeOf(reads);
    const minBytes = Math.min(request.minBytes, maxBytes);
    if (fetch.partitionCount === 0 || hasNews(reads) || claim.bytes >= minBytes) return reads;
    if (!(await awaitData(broker, connection, reads, deadlineMs - broker.clock.now()))) return reads;
  }
}

/** Something other than records that the client must know. */
function hasNews(reads: readonly PartitionRead[]): boolean {
  return reads.some((read) => read.errorCode !== ErrorCode.NONE || read.divergingEpoch !== undefined);
}

function sizeOf(reads: readonly PartitionRead[]): number {
  let sizeBytes = 0;
  for (const read of reads) sizeBytes += read.sizeBytes;
  return sizeBytes;
}

function wantedBytes(partitions: Iterable<FetchPartition>): number {
  let maxBytes = 0;
  for (const partition of partitions) maxBytes += Math.max(partition.maxBytes, 0);
  return maxBytes;
}

function answerLimit({ answers, metadata }: BrokerServices, request: FetchRequest): number {
  return Math.max(Math.min(request.maxBytes, metadata.brokerConfig.fetchMaxBytes, answers.largestAnswerBytes), 0);
}

/** Partitions of one topic that stand next to each other share an entry; the order is kept, for clients read by it. */
function byTopic(reads: readonly PartitionRead[], request: FetchRequest, usesTopicIds: boolean): TopicAnswer[] {
  const topics: { topic: string; topicId: string; partitions: PartitionAnswer[] }[] = [];
  for (const read of reads) {
    const { topic, topicId } = read.request;
    const last = topics.at(-1);
    const partition = answerOf(read, request.isolationLevel);
    if (last !== undefined && (usesTopicIds ? last.topicId === topicId : last.topic === topic))
      last.partitions.push(partition);
    else topics.push({ topic, topicId, partitions: [partition] });
  }
  return topics;
}

/** Apache Kafka has a list for readers of committed records and for partitions that it does not know. */
function hasAbortedList({ errorCode, divergingEpoch }: PartitionRead, isolationLevel: number): boolean {
  if (errorCode === ErrorCode.NONE) return isolationLevel === READ_COMMITTED && divergingEpoch === undefined;
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID;
}

function answerOf(read: PartitionRead, isolationLevel: number): PartitionAnswer {
  return {
    partitionIndex: read.request.partition,
    errorCode: read.errorCode,
    highWatermark: read.highWatermark,
    lastStableOffset: read.lastStableOffset,
    logStartOffset: read.logStartOffset,
    divergingEpoch: read.divergingEpoch,
    abortedTransactions: hasAbortedList(read, isolationLevel) ? (read.abortedTransactions ?? []) : null,
    records: read.records,
  };
}
