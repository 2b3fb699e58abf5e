import { ErrorCode, type FetchRequest } from '../../protocol/index.ts';
import type { FetchSessionCache } from './fetch-session-cache.ts';
import { sessionKey, type FetchPartition, type FetchSession } from './fetch-session.ts';
import type { PartitionRead } from './partition-read.ts';

const NO_SESSION = 0;
const EPOCH_FULL = 0;
const EPOCH_SESSIONLESS = -1;

/**
 * What a Fetch request is about once its session is taken into account: which partitions to read, and which of the results
 * the client has to be told.
 */
export interface FetchContext {
  readonly partitions: Iterable<FetchPartition>;
  readonly partitionCount: number;
  /** Picks what goes into the answer, and the session id that the client goes on with. */
  answer(reads: readonly PartitionRead[]): { readonly sessionId: number; readonly reads: readonly PartitionRead[] };
}

/** The request does not fit the session that it names; nothing was read. */
export interface FetchSessionRefusal {
  readonly errorCode: number;
}

/**
 * Resolves a request's session (KIP-227): session (0, -1) is none, epoch 0 starts a new one, any other continues one.
 * @param usesTopicIds whether the version names topics by id; a session keeps to one way.
 */
export function resolveFetchContext(
  cache: FetchSessionCache,
  request: FetchRequest,
  usesTopicIds: boolean,
): FetchContext | FetchSessionRefusal {
  const { sessionId, sessionEpoch } = request;
  if (sessionEpoch === EPOCH_FULL || sessionEpoch === EPOCH_SESSIONLESS) {
    if (sessionId !== NO_SESSION) cache.remove(sessionId);
    const partitions = partitionsOf(request);
    if (sessionEpoch === EPOCH_SESSIONLESS) return withoutSession(partitions);
    return withNewSession(cache, partitions, usesTopicIds);
  }
  const session = cache.use(sessionId);
  if (session === undefined) return { errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND };
  if (session.nextEpoch !== sessionEpoch) return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH };
  if (session.usesTopicIds !== usesTopicIds) return { errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR };
  update(session, request);
  if (session.partitions.size === 0) {
    // Nothing is left of it: the request is answered as one without a session.
    cache.remove(sessionId);
    return withoutSession(partitionsOf(request));
  }
  session.advanceEpoch();
  return ofSession(session);
}

function withoutSession(partitions: readonly FetchPartition[]): FetchContext {
  return { partitions, partitionCount: partitions.length, answer: (reads) => ({ sessionId: NO_SESSION, reads }) };
}

function withNewSession(
  cache: FetchSessionCache,
  partitions: readonly FetchPartition[],
  usesTopicIds: boolean,
): FetchContext {
  return {
    partitions,
    partitionCount: partitions.length,
    answer: (reads) => {
      const session = cache.create(partitions.length, usesTopicIds);
      if (session === undefined) return { sessionId: NO_SESSION, reads };
      for (const partition of partitions) session.set(partition);
      for (const read of reads) tell(session, read);
      return { sessionId: session.id, reads };
    },
  };
}

function ofSession(session: FetchSession): FetchContext {
  return {
    partitions: [...session.partitions.values()].map(({ request }) => request),
    partitionCount: session.partitions.size,
    answer: (reads) => ({ sessionId: session.id, reads: reads.filter((read) => tell(session, read)) }),
  };
}

/** Notes what the client learns of a partition now. @returns whether that is news. */
function tell(session: FetchSession, read: PartitionRead): boolean {
  const key = sessionKey(read.request, session.usesTopicIds);
  const partition = session.partitions.get(key);
  // Another answer cannot have changed the session meanwhile, but its client may have dropped it and its slot been taken.
  if (partition === undefined) return true;
  const isNews =
    read.sizeBytes > 0 ||
    read.errorCode !== ErrorCode.NONE ||
    read.divergingEpoch !== undefined ||
    read.highWatermark !== partition.toldHighWatermark ||
    read.logStartOffset !== partition.toldLogStartOffset;
  // An error is told again at every answer, and its end is news too.
  partition.toldHighWatermark = read.errorCode === ErrorCode.NONE ? read.highWatermark : -1;
  partition.toldLogStartOffset = read.logStartOffset;
  if (read.sizeBytes > 0) session.moveToEnd(key);
  return isNews;
}

function update(session: FetchSession, request: FetchRequest): void {
  for (const partition of partitionsOf(request)) session.set(partition);
  for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) session.forget({ topic, topicId, partition });
  }
}

function partitionsOf(request: FetchRequest): FetchPartition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({
      topic,
      topicId,
      partition: partition.partition,
      fetchOffset: partition.fetchOffset,
      maxBytes: partition.partitionMaxBytes,
      currentLeaderEpoch: partition.currentLeaderEpoch,
      lastFetchedEpoch: partition.lastFetchedEpoch,
    })),
  );
}
