/**
 * A record batch of magic 2, uncompressed:
 *
 *     base offset(8) size(4) leader epoch(4) magic(1) crc(4) | attributes(2) last offset delta(4) base timestamp(8) max timestamp(8)
 *     producer id(8) producer epoch(2) base sequence(4) count(4) records…
 *
 * The CRC-32C is of what follows it. A record is its size, attributes, timestamp and offset deltas, key, value and headers, sizes and
 * deltas as zigzag varints. Source: Kafka's documentation, "Record Batch".
 */
import type { RecordToWrite } from '../client/index.ts';
import { crc32c } from './crc32c.ts';

export interface ProducerState {
  readonly id: bigint;
  readonly epoch: number;
  /** Whether its records are part of a transaction. */
  readonly isTransactional?: boolean;
}

const batchHeaderBytes = 61;
const crcStart = 21;
const magic = 2;
const transactionalFlag = 0b10000;
/** Size, attributes, deltas, sizes of key and value, count of headers: at their largest. */
const recordOverheadBytes = 5 + 1 + 10 + 5 + 5 + 5 + 5;
const headerOverheadBytes = 10;

type HeaderValue = string | Buffer;

export function encodeBatch(
  records: readonly RecordToWrite[],
  producer: ProducerState,
  baseSequence: number,
  nowMs: number,
): Buffer {
  return new BatchEncoder(records, nowMs).encode(producer, baseSequence);
}

class BatchEncoder {
  private readonly bytes: Buffer;
  private readonly baseTimestamp: number;
  private at = batchHeaderBytes;

  constructor(
    private readonly records: readonly RecordToWrite[],
    private readonly nowMs: number,
  ) {
    let most = batchHeaderBytes;
    let earliest = Number.POSITIVE_INFINITY;
    for (const record of records) {
      most += mostBytesOf(record);
      earliest = Math.min(earliest, record.timestampMs ?? nowMs);
    }
    this.bytes = Buffer.allocUnsafe(most);
    this.baseTimestamp = earliest;
  }

  encode(producer: ProducerState, baseSequence: number): Buffer {
    const { bytes, records, baseTimestamp } = this;
    let latest = baseTimestamp;
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!;
      const timestamp = record.timestampMs ?? this.nowMs;
      if (timestamp > latest) latest = timestamp;
      this.record(record, timestamp - baseTimestamp, index);
    }
    bytes.writeBigInt64BE(0n, 0);
    bytes.writeInt32BE(this.at - 12, 8);
    bytes.writeInt32BE(-1, 12);
    bytes[16] = magic;
    bytes.writeInt16BE(producer.isTransactional ? transactionalFlag : 0, 21);
    bytes.writeInt32BE(records.length - 1, 23);
    bytes.writeBigInt64BE(BigInt(baseTimestamp), 27);
    bytes.writeBigInt64BE(BigInt(latest), 35);
    bytes.writeBigInt64BE(producer.id, 43);
    bytes.writeInt16BE(producer.epoch, 51);
    bytes.writeInt32BE(baseSequence, 53);
    bytes.writeInt32BE(records.length, 57);
    bytes.writeUInt32BE(crc32c(bytes, crcStart, this.at), 17);
    return bytes.subarray(0, this.at);
  }

  private record({ key, value, headers }: RecordToWrite, timestampDelta: number, offsetDelta: number): void {
    const keyBytes = sizeOf(key);
    const valueBytes = sizeOf(value);
    const headerList = headers ? headersOf(headers) : [];
    let size =
      1 +
      varintBytes(timestampDelta) +
      varintBytes(offsetDelta) +
      varintBytes(keyBytes) +
      Math.max(keyBytes, 0) +
      varintBytes(valueBytes) +
      Math.max(valueBytes, 0) +
      varintBytes(headerList.length);
    for (const [name, item] of headerList) {
      const nameBytes = Buffer.byteLength(name);
      const itemBytes = sizeOf(item);
      size += varintBytes(nameBytes) + nameBytes + varintBytes(itemBytes) + itemBytes;
    }
    this.varint(size);
    this.bytes[this.at++] = 0;
    this.varint(timestampDelta);
    this.varint(offsetDelta);
    this.field(key, keyBytes);
    this.field(value, valueBytes);
    this.varint(headerList.length);
    for (const [name, item] of headerList) {
      this.field(name, Buffer.byteLength(name));
      this.field(item, sizeOf(item));
    }
  }

  private field(content: HeaderValue | null, size: number): void {
    this.varint(size);
    if (content === null) return;
    if (typeof content === 'string') this.bytes.write(content, this.at);
    else content.copy(this.bytes, this.at);
    this.at += size;
  }

  /** Zigzag; numbers beyond 32 bits by division. */
  private varint(number: number): void {
    let rest = number < 0 ? -number * 2 - 1 : number * 2;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at++] = rest;
  }
}

function varintBytes(number: number): number {
  let rest = number < 0 ? -number * 2 - 1 : number * 2;
  let bytes = 1;
  while (rest > 0x7f) {
    bytes += 1;
    rest = Math.floor(rest / 0x80);
  }
  return bytes;
}

/** -1 for null. */
function sizeOf(content: HeaderValue | null): number {
  if (content === null) return -1;
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length;
}

function headersOf(headers: NonNullable<RecordToWrite['headers']>): (readonly [string, HeaderValue])[] {
  const list: (readonly [string, HeaderValue])[] = [];
  for (const name in headers) {
    const value = headers[name]!;
    if (Array.isArray(value)) for (const item of value as readonly HeaderValue[]) list.push([name, item]);
    else list.push([name, value as HeaderValue]);
  }
  return list;
}

function mostBytesOf({ key, value, headers }: RecordToWrite): number {
  let bytes =
    recordOverheadBytes + (value?.length ?? 0) + (typeof key === 'string' ? key.length * 3 : (key?.length ?? 0));
  if (!headers) return bytes;
  for (const [name, item] of headersOf(headers))
    bytes += headerOverheadBytes + name.length * 3 + (typeof item === 'string' ? item.length * 3 : item.length);
  return bytes;
}
