/**
 * Just enough of Kafka's wire protocol for a load: frames as bytes, made once and sent again and again. Non-flexible versions.
 *
 *     frame: size int32 | apiKey int16 | apiVersion int16 | correlationId int32 | clientId string | body
 *
 * Names of topics are all of one length, so that what a load looks at lies at fixed places.
 */
import { int16, int32, int64, int8, text } from './primitives.ts';

const topicPrefix = 'bench';
const topicNameBytes = topicPrefix.length + 4;

/** The name of a bench's topic, 0 to 9999. */
export function topicOf(number: number): string {
  return topicPrefix + String(number).padStart(4, '0');
}

export const clientId = 'bench';
/** Bytes of a frame before its body: size and request header. */
export const headerBytes = 4 + 2 + 2 + 4 + 2 + clientId.length;

export function frame(apiKey: number, apiVersion: number, body: readonly Buffer[]): Buffer {
  const header = Buffer.concat([int16(apiKey), int16(apiVersion), int32(0), text(clientId)]);
  return sized(Buffer.concat([header, ...body]));
}

export function sized(bytes: Buffer): Buffer {
  return Buffer.concat([int32(bytes.length), bytes]);
}

/** One partition of a Produce request. */
export interface ProducePartition {
  readonly partition: number;
  readonly batch: Buffer;
}

/** Produce v7, acks=all: a batch to each of some partitions of a topic. */
export function produceFrame(topic: string, partitions: readonly ProducePartition[], transactionalId?: string): Buffer {
  return frame(0, 7, [
    transactionalId === undefined ? int16(-1) : text(transactionalId),
    int16(-1),
    int32(30_000),
    int32(1),
    text(topic),
    int32(partitions.length),
    ...partitions.flatMap(({ partition, batch }) => [int32(partition), int32(batch.length), batch]),
  ]);
}

/** Bytes of a produce frame with one partition before the batch, for programs that look no closer. */
export const produceHeadBytes = headerBytes + 2 + 2 + 4 + 4 + 2 + topicNameBytes + 4 + 4 + 4;

/** Answer of Produce v7 without its size: the first partition's error code and base offset lie at fixed places. */
export const produceErrorAt = 4 + 4 + 2 + topicNameBytes + 4 + 4;
export const produceBaseOffsetAt = produceErrorAt + 2;
/** From one partition's error code to the next one's. */
export const producePartitionBytes = 4 + 2 + 8 + 8 + 8;
export const produceAnswerBytes = produceErrorAt - 4 + producePartitionBytes + 4;

export interface FetchLimits {
  readonly answerBytes: number;
  /** How long the broker may wait for the first byte. */
  readonly waitMs: number;
}

/** Fetch v11 without a session: one partition from `offset` on. */
export function fetchFrame(topic: string, partition: number, offset: number, limits: FetchLimits): Buffer {
  return fetchSessionFrame(topic, [{ partition, offset }], limits, { sessionId: 0, epoch: -1 });
}

/** Fetch v11: partitions of one topic, within an incremental session. */
export function fetchSessionFrame(
  topic: string,
  partitions: readonly { readonly partition: number; readonly offset: number }[],
  { answerBytes, waitMs }: FetchLimits,
  { sessionId, epoch }: { readonly sessionId: number; readonly epoch: number },
): Buffer {
  const head = [int32(-1), int32(waitMs), int32(1), int32(answerBytes), int8(0), int32(sessionId), int32(epoch)];
  const wanted = partitions.flatMap(({ partition, offset }) => [
    int32(partition),
    int32(-1),
    int64(offset),
    int64(-1),
    int32(answerBytes),
  ]);
  const topics = partitions.length === 0 ? [int32(0)] : [int32(1), text(topic), int32(partitions.length), ...wanted];
  return frame(1, 11, [...head, ...topics, int32(0), text('')]);
}

/** Where the fetch offset lies in a fetch frame of one partition. */
export const fetchOffsetAt = headerBytes + 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 2 + topicNameBytes + 4 + 4 + 4;

/** Answer of Fetch v11 without its size: one partition, no aborted transactions, up to where the records begin. */
export const fetchErrorAt = 4 + 4 + 2 + 4 + 4 + 2 + topicNameBytes + 4 + 4;
export const fetchRecordsSizeAt = fetchErrorAt + 2 + 8 + 8 + 8 + 4 + 4;
export const fetchHeadBytes = fetchRecordsSizeAt + 4;

export interface NewTopic {
  readonly name: string;
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** CreateTopics v2. */
export function createTopicFrame({ name, partitions = 1, config = {} }: NewTopic): Buffer {
  const settings = Object.entries(config).flatMap(([key, value]) => [text(key), text(value)]);
  const topic = [text(name), int32(partitions), int16(1), int32(0), int32(settings.length / 2), ...settings];
  return frame(19, 2, [int32(1), ...topic, int32(60_000), int8(0)]);
}

/** DeleteTopics v1. */
export function deleteTopicFrame(name: string): Buffer {
  return frame(20, 1, [int32(1), text(name), int32(30_000)]);
}

/** ApiVersions v0. */
export function apiVersionsFrame(): Buffer {
  return frame(18, 0, []);
}
