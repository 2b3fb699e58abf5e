/** Fetch and ListOffsets, in versions that every broker since Kafka 2.3 serves and that need no topic ids. */
import type { Isolation } from '../client/index.ts';
import type { AbortedTransaction } from './record-batches.ts';
import { RequestBody } from './wire-codec.ts';
import type { WireConnection } from './wire-connection.ts';

const fetchKey = 1;
const fetchVersion = 11;
const listOffsetsKey = 2;
const listOffsetsVersion = 4;
const consumerReplica = -1;

/**
 * UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, OFFSET_NOT_AVAILABLE: what a broker
 * says that does not lead a partition yet, which others name as its leader, or not any more.
 */
const leaderAwayErrors: ReadonlySet<number> = new Set([3, 5, 6, 56, 78]);

/** Nobody leads a partition now; soon somebody does. */
export class LeaderAway extends Error {}

export interface WantedPartition extends TopicPartition {
  readonly offset: number;
}

export interface FetchLimits {
  readonly isolation: Isolation;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly batches: Buffer;
}

const isolationLevel = (isolation: Isolation): number => (isolation === 'read-committed' ? 1 : 0);

function byTopic(partitions: readonly WantedPartition[]): [string, WantedPartition[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}

/** One fetch without a session. @throws when the connection ends, or the broker refuses the request as a whole. */
export async function fetchPartitions(
  connection: WireConnection,
  wanted: readonly WantedPartition[],
  limits: FetchLimits,
): Promise<FetchedPartition[]> {
  const request = new RequestBody()
    .int32(consumerReplica)
    .int32(limits.maxWaitMs)
    .int32(limits.minBytes)
    .int32(limits.maxBytes)
    .int8(isolationLevel(limits.isolation))
    .int32(0)
    .int32(-1);
  request.array(byTopic(wanted), ([topic, partitions]) => {
    request.string(topic).array(partitions, ({ partition, offset }) => {
      request.int32(partition).int32(-1).int64(offset).int64(-1).int32(limits.maxBytesPerPartition);
    });
  });
  request.int32(0).string('');
  const body = await connection.request(fetchKey, fetchVersion, request.bytes());
  body.int32(); // throttle
  const errorCode = body.int16();
  if (errorCode !== 0) throw new Error(`the broker refused a fetch with error code ${errorCode}`);
  body.int32(); // session
  return body
    .array(() => {
      const topic = body.string();
      return body.array((): FetchedPartition => {
        const partition = body.int32();
        const partitionError = body.int16();
        const highWatermark = body.int64();
        const lastStableOffset = body.int64();
        body.int64(); // log start
        const aborted = body.array(() => ({ producerId: body.int64(), firstOffset: body.int64() }));
        body.int32(); // preferred replica
        aborted.sort((one, other) => one.firstOffset - other.firstOffset);
        const batches = body.bytes();
        return { topic, partition, errorCode: partitionError, highWatermark, lastStableOffset, aborted, batches };
      });
    })
    .flat();
}

/** Where an offset is asked for: at an end, or at the first record of a time (milliseconds since the epoch) or later. */
export type OffsetPoint = 'earliest' | 'latest' | number;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One partition's answer; -1 where there is no such record. The error is a `LeaderAway` while somebody else, or nobody, leads it. */
export interface ListedOffset extends TopicPartition {
  readonly offset: number;
  readonly error: Error | undefined;
}

/** Asks one leader for the offsets of its partitions, each named once. @throws when the connection ends. */
export async function listOffsets(
  connection: WireConnection,
  wanted: readonly TopicPartition[],
  at: OffsetPoint,
  isolation: Isolation,
): Promise<ListedOffset[]> {
  const request = new RequestBody().int32(consumerReplica).int8(isolationLevel(isolation));
  request.array([...Map.groupBy(wanted, ({ topic }) => topic)], ([topic, partitions]) => {
    request.string(topic).array(partitions, ({ partition }) => {
      request
        .int32(partition)
        .int32(-1)
        .int64(at === 'latest' ? -1 : at === 'earliest' ? -2 : at);
    });
  });
  const body = await connection.request(listOffsetsKey, listOffsetsVersion, request.bytes());
  body.int32(); // throttle
  return body
    .array(() => {
      const topic = body.string();
      return body.array((): ListedOffset => {
        const partition = body.int32();
        const errorCode = body.int16();
        body.int64(); // timestamp
        const offset = body.int64();
        body.int32(); // leader epoch
        return { topic, partition, offset, error: offsetError(errorCode, { topic, partition }, at) };
      });
    })
    .flat();
}

function offsetError(errorCode: number, { topic, partition }: TopicPartition, at: OffsetPoint): Error | undefined {
  if (errorCode === 0) return undefined;
  const ErrorClass = leaderAwayErrors.has(errorCode) ? LeaderAway : Error;
  return new ErrorClass(`${topic}-${partition}: error code ${errorCode} for its offset at ${at}`);
}
