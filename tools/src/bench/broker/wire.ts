/**
 * Just enough of Kafka's wire protocol for a load: frames as bytes, made once and sent again and again. Non-flexible versions.
 *
 *     frame: size int32 | apiKey int16 | apiVersion int16 | correlationId int32 | clientId string | body
 */
import { crc32c } from '@node-rs/crc32';

export const topic = 'bench';
export const recordBytes = 100;

const clientId = 'bench';
/** Bytes of a frame before its body: size and request header. */
const headerBytes = 4 + 2 + 2 + 4 + 2 + clientId.length;

function frame(apiKey: number, apiVersion: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(headerBytes + body.length);
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt16BE(apiVersion, 6);
  bytes.writeInt16BE(clientId.length, 12);
  bytes.write(clientId, 14);
  body.copy(bytes, headerBytes);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}

/** A zigzag varint. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** One record of about `recordBytes` bytes: no key, the rest value. */
function record(offsetDelta: number): Buffer {
  const value = Buffer.alloc(recordBytes - 10, 'v');
  const body = Buffer.concat([
    int16(0).subarray(0, 1),
    varint(0),
    varint(offsetDelta),
    varint(-1),
    varint(value.length),
    value,
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** A batch of format 2 of at most `sizeBytes` bytes, full of records. */
export function encodeBatch(sizeBytes: number): { readonly batch: Buffer; readonly recordCount: number } {
  const pieces: Buffer[] = [];
  let length = 61;
  for (;;) {
    const next = record(pieces.length);
    if (length + next.length > sizeBytes) break;
    length += next.length;
    pieces.push(next);
  }
  const header = Buffer.alloc(61);
  header.writeInt32BE(length - 12, 8);
  header.writeInt32BE(-1, 12);
  header.writeInt8(2, 16);
  header.writeInt32BE(pieces.length - 1, 23);
  const nowMs = BigInt(Date.now());
  header.writeBigInt64BE(nowMs, 27);
  header.writeBigInt64BE(nowMs, 35);
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(pieces.length, 57);
  const batch = Buffer.concat([header, ...pieces]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return { batch, recordCount: pieces.length };
}

/** Produce v7, acks=all: one batch to partition 0 of the topic. */
export function produceFrame(batch: Buffer): Buffer {
  const body = [
    int16(-1),
    int16(-1),
    int32(30_000),
    int32(1),
    text(topic),
    int32(1),
    int32(0),
    int32(batch.length),
    batch,
  ];
  return frame(0, 7, Buffer.concat(body));
}

/** Bytes of a produce frame before the batch, for programs that look no closer. */
export const produceHeadBytes = headerBytes + 2 + 2 + 4 + 4 + 2 + topic.length + 4 + 4 + 4;

/** Answer of Produce v7 without its size: its error code lies at a fixed place. */
export const produceAnswerBytes = 4 + 4 + 2 + topic.length + 4 + 4 + 2 + 8 + 8 + 8 + 4;
export const produceErrorAt = 4 + 4 + 2 + topic.length + 4 + 4;

/** Fetch v11 without a session: partition 0 from `offset` on; up to `maxBytes`, at once. */
export function fetchFrame(offset: number, maxBytes: number): Buffer {
  const head = [int32(-1), int32(500), int32(1), int32(maxBytes), Buffer.from([0]), int32(0), int32(-1)];
  const partition = [int32(0), int32(-1), int64(offset), int64(-1), int32(maxBytes)];
  const body = [...head, int32(1), text(topic), int32(1), ...partition, int32(0), text('')];
  return frame(1, 11, Buffer.concat(body));
}

/** Where the fetch offset lies in a fetch frame. */
export const fetchOffsetAt = headerBytes + 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 2 + topic.length + 4 + 4 + 4;

/** Answer of Fetch v11 without its size: one partition, no aborted transactions, up to where the records begin. */
export const fetchErrorAt = 4 + 4 + 2 + 4 + 4 + 2 + topic.length + 4 + 4;
export const fetchRecordsSizeAt = fetchErrorAt + 2 + 8 + 8 + 8 + 4 + 4;
export const fetchHeadBytes = fetchRecordsSizeAt + 4;

/** CreateTopics v2: the topic with one partition. */
export function createTopicFrame(config: Readonly<Record<string, string>>): Buffer {
  const settings = Object.entries(config).map(([name, value]) => Buffer.concat([text(name), text(value)]));
  const body = [int32(1), text(topic), int32(1), int16(1), int32(0), int32(settings.length), ...settings];
  return frame(19, 2, Buffer.concat([...body, int32(30_000), Buffer.from([0])]));
}

/** DeleteTopics v1. */
export function deleteTopicFrame(): Buffer {
  return frame(20, 1, Buffer.concat([int32(1), text(topic), int32(30_000)]));
}

/** ApiVersions v0. */
export function apiVersionsFrame(): Buffer {
  return frame(18, 0, Buffer.alloc(0));
}
