/** Record batches of format 2, as a producer would send them: base offset 0, CRC-32C from the attributes on. */
import { crc32c } from '@node-rs/crc32';
import { int8, varint } from './primitives.ts';

export const batchHeaderBytes = 61;
/** Records of the loads are about so long. */
export const recordBytes = 100;

const transactionalAttribute = 0x10;

export interface EncodedBatch {
  readonly batch: Buffer;
  readonly recordCount: number;
}

export interface ProducerFields {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** One record: its key, if any, and its value. */
export function encodeRecord(offsetDelta: number, key: Buffer | null, value: Buffer): Buffer {
  const keyed = key === null ? [varint(-1)] : [varint(key.length), key];
  const body = Buffer.concat([
    int8(0),
    varint(0),
    varint(offsetDelta),
    ...keyed,
    varint(value.length),
    value,
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** A batch of records, transactional when a producer is given. */
export function encodeRecords(records: readonly Buffer[], producer?: ProducerFields): Buffer {
  const header = Buffer.alloc(batchHeaderBytes);
  const batch = Buffer.concat([header, ...records]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  if (producer) batch.writeInt16BE(transactionalAttribute, 21);
  batch.writeInt32BE(records.length - 1, 23);
  const nowMs = BigInt(Date.now());
  batch.writeBigInt64BE(nowMs, 27);
  batch.writeBigInt64BE(nowMs, 35);
  batch.writeBigInt64BE(BigInt(producer?.producerId ?? -1), 43);
  batch.writeInt16BE(producer?.producerEpoch ?? -1, 51);
  batch.writeInt32BE(producer?.baseSequence ?? -1, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A batch of at most `sizeBytes` bytes, full of records of about `bytes` each without keys; of one record at the least. */
export function encodeBatch(sizeBytes: number, bytes = recordBytes): EncodedBatch {
  const value = Buffer.alloc(bytes - 10, 'v');
  const records: Buffer[] = [];
  let length = batchHeaderBytes;
  for (;;) {
    const next = encodeRecord(records.length, null, value);
    if (records.length > 0 && length + next.length > sizeBytes) break;
    length += next.length;
    records.push(next);
  }
  return { batch: encodeRecords(records), recordCount: records.length };
}
