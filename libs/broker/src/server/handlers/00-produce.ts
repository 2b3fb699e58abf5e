import { isInternalTopic } from '../../metadata/index.ts';
import {
  BATCH_HEADER_BYTES,
  chunksLength,
  Compression,
  errorName,
  ErrorCode,
  KafkaError,
  produceApi,
  readBatchHeader,
  type Chunks,
  type ProduceRequest,
  type ResponseInput,
} from '../../protocol/index.ts';
import type { AppendResult, PartitionLog } from '../../storage/index.ts';
import { CLOSE_CONNECTION } from '../network/index.ts';
import type { RequestContext } from '../request-context.ts';
import { defineHandler } from './handler.ts';
import { partitionById } from './partition-lookup.ts';

type TopicData = ProduceRequest['topicData'][number];
type TopicAnswer = ResponseInput<typeof produceApi>['responses'][number];
type PartitionAnswer = TopicAnswer['partitionResponses'][number];

const ACKS_NONE = 0;
const ACKS_LEADER = 1;
const ACKS_ALL = -1;

const FIRST_VERSION_WITH_ZSTD = 7;
const FIRST_VERSION_WITH_TOPIC_IDS = 13;

/**
 * Produce (key 0): exactly one batch of format 2 for each partition. v7 allows zstd (KIP-110), v8 adds messages to errors
 * (KIP-467), v13 names topics by id (KIP-516). Versions 0 to 2 are advertised, for librdkafka does not compress otherwise,
 * and not served.
 *
 * All batches get their offsets in the turn in which the request is begun, so that requests of one connection may overlap;
 * the answer of `acks` 1 and -1 leaves when they are durable. `acks=0` has no answer: an error closes the connection.
 */
export const produceHandler = defineHandler(produceApi, (request, context) => {
  const waits: Promise<void>[] = [];
  const responses = request.topicData.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitionResponses: topic.partitionData.map((partition) => append(topic, partition, request, context, waits)),
  }));
  if (request.acks === ACKS_NONE) return withoutAnswer(responses, waits, context);
  if (waits.length === 0) return { responses };
  return Promise.all(waits).then(() => ({ responses }));
});

/** Refusals of a log that do not say where it starts; all others do, as Apache Kafka's. */
const WITHOUT_LOG_START: ReadonlySet<number> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
  ErrorCode.KAFKA_STORAGE_ERROR,
]);

/** Appends one partition's batch; the answer given back is completed before `waits` settle. */
function append(
  topic: TopicData,
  { index, records }: TopicData['partitionData'][number],
  request: ProduceRequest,
  context: RequestContext,
  waits: Promise<void>[],
): PartitionAnswer {
  let admittedTo: PartitionLog | undefined;
  try {
    const log = logToWrite(topic, index, request, context);
    checkBatch(records, log, context.apiVersion);
    const { broker, apiVersion } = context;
    const transactions = broker.transactionalAppends;
    // What is shorter than a header is the log's to refuse.
    const header = chunksLength(records) < BATCH_HEADER_BYTES ? undefined : readBatchHeader(records, 0);
    const admission = header && transactions.admit(request.transactionalId, header, log, apiVersion);
    const check = (): void => header && transactions.checkBeginning(header, log, apiVersion);
    if (admission !== undefined) return appendLater(admission, index, log, records, waits, check);
    admittedTo = log;
    check();
    const result = log.append(records, { origin: 'client' });
    const answer = { ...appended(index, result) };
    waits.push(result.durable.catch((error: unknown) => void Object.assign(answer, failed(index, error))));
    return answer;
  } catch (error) {
    return failed(index, error, admittedTo);
  }
}

/** Appends a batch once its partition is in the transaction. */
function appendLater(
  admission: Promise<void>,
  index: number,
  log: PartitionLog,
  records: Chunks,
  waits: Promise<void>[],
  check: () => void,
): PartitionAnswer {
  const answer = { index, errorCode: ErrorCode.NONE, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
  const append = async (): Promise<void> => {
    let admittedTo: PartitionLog | undefined;
    try {
      await admission;
      admittedTo = log;
      check();
      const result = log.append(records, { origin: 'client' });
      Object.assign(answer, appended(index, result));
      await result.durable;
    } catch (error) {
      Object.assign(answer, failed(index, error, admittedTo));
    }
  };
  waits.push(append());
  return answer;
}

function logToWrite(topic: TopicData, index: number, request: ProduceRequest, context: RequestContext): PartitionLog {
  const { broker, apiVersion, clientId } = context;
  const found = partitionById(broker, topic, index, apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS);
  if (found.log === undefined)
    throw new KafkaError(
      found.errorCode,
      `There is no partition ${index} of topic ${topic.name || topic.topicId} here`,
    );
  const { log } = found;
  if (request.acks !== ACKS_NONE && request.acks !== ACKS_LEADER && request.acks !== ACKS_ALL)
    throw new KafkaError(ErrorCode.INVALID_REQUIRED_ACKS, `acks must be 0, 1 or -1, not ${request.acks}`);
  // Kafka's own administration client repairs the broker's topics by writing them; nobody else may.
  if (isInternalTopic(log.topic) && clientId !== '__admin_client')
    throw new KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, `${log.topic} is written by the broker alone`);
  const { minInsyncReplicas } = broker.metadata.topicConfig(log.topic) ?? { minInsyncReplicas: 1 };
  if (request.acks === ACKS_ALL && minInsyncReplicas > 1)
    throw new KafkaError(
      ErrorCode.NOT_ENOUGH_REPLICAS,
      `min.insync.replicas of ${log.topic} is ${minInsyncReplicas}, and one node has one replica`,
    );
  return log;
}

/** What Kafka checks of a produce request itself, before the log checks the batch. */
function checkBatch(records: Chunks | null, log: PartitionLog, apiVersion: number): asserts records is Chunks {
  const sizeBytes = records === null ? 0 : chunksLength(records);
  if (records === null || sizeBytes === 0)
    throw new KafkaError(
      ErrorCode.INVALID_RECORD,
      `A produce request to ${log.topic}-${log.partition} holds no batch; it must hold exactly one`,
    );
  // What is shorter than a header, or of another format, is the log's to refuse.
  if (sizeBytes < BATCH_HEADER_BYTES) return;
  const header = readBatchHeader(records, 0);
  if (header.magic === 2 && header.sizeBytes < sizeBytes)
    throw new KafkaError(
      ErrorCode.INVALID_RECORD,
      `A produce request to ${log.topic}-${log.partition} holds more than one batch`,
    );
  if (header.compression === Compression.zstd && apiVersion < FIRST_VERSION_WITH_ZSTD)
    throw new KafkaError(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      `zstd needs Produce v${FIRST_VERSION_WITH_ZSTD} or newer, not v${apiVersion}`,
    );
}

function appended(index: number, result: AppendResult): PartitionAnswer {
  return {
    index,
    errorCode: ErrorCode.NONE,
    baseOffset: result.baseOffset,
    logAppendTimeMs: result.logAppendTimeMs,
    logStartOffset: result.logStartOffset,
  };
}

/** `admittedTo` is the log that refused the batch; undefined when it did not come so far. */
function failed(index: number, error: unknown, admittedTo?: PartitionLog): PartitionAnswer {
  if (!(error instanceof KafkaError)) throw error;
  const logStartOffset = admittedTo === undefined || WITHOUT_LOG_START.has(error.code) ? -1 : admittedTo.logStartOffset;
  return {
    index,
    errorCode: error.code,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset,
    errorMessage: error.message,
    recordErrors: error.recordErrors.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
  };
}

/**
 * The client of `acks=0` learns of an error by its connection's end, and looks the topic up again. The request counts as in
 * flight until its records are durable, so that a client that never waits cannot fill the memory.
 */
async function withoutAnswer(
  responses: readonly TopicAnswer[],
  waits: readonly Promise<void>[],
  { broker, connection }: RequestContext,
): Promise<null | typeof CLOSE_CONNECTION> {
  await Promise.all(waits);
  const failure = responses.flatMap((topic) => topic.partitionResponses).find(({ errorCode }) => errorCode !== 0);
  if (failure === undefined) return null;
  broker.log(
    `closing the connection of ${connection.remoteAddress}: a produce request with acks=0 failed with ` +
      `${errorName(failure.errorCode)} (${failure.errorMessage})`,
  );
  return CLOSE_CONNECTION;
}
