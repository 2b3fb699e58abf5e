/**
 * The control record that ends a producer's transaction in one partition (KIP-98), big-endian:
 *
 * ```
 * key    int16 version = 0 | int16 type: 0 abort, 1 commit
 * value  int16 version = 0 | int32 coordinatorEpoch
 * ```
 *
 * It is the only record of a transactional control batch, which has no sequence.
 */
import { encodeBatch } from './batch-encoder.ts';
import { decodeRecords } from './record-reader.ts';
import type { RecordBatch } from './record-batch.ts';

/** What a marker says of the transaction of the producer that its batch names. */
export interface TransactionMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
  readonly timestampMs: number;
}

const version = 0;
const markerType = { abort: 0, commit: 1 } as const;
const keyBytes = 4;
const valueBytes = 6;

/** A control batch that holds the marker. */
export function encodeTransactionMarker(marker: TransactionMarker): Buffer {
  const { producerId, producerEpoch, committed, coordinatorEpoch, timestampMs } = marker;
  const key = Buffer.alloc(keyBytes);
  key.writeInt16BE(version, 0);
  key.writeInt16BE(committed ? markerType.commit : markerType.abort, 2);
  const value = Buffer.alloc(valueBytes);
  value.writeInt16BE(version, 0);
  value.writeInt32BE(coordinatorEpoch, 2);
  return encodeBatch({
    records: [{ key, value, timestampMs }],
    producerId,
    producerEpoch,
    transactional: true,
    control: true,
  });
}

/** The marker that a control batch holds; undefined for control records of another kind. */
export function decodeTransactionMarker(batch: RecordBatch): TransactionMarker | undefined {
  const { producerId, producerEpoch } = batch.header;
  for (const { key, value, timestampMs } of decodeRecords(batch)) {
    if (key === null || key.length < keyBytes) return undefined;
    const type = key.readInt16BE(2);
    if (type !== markerType.abort && type !== markerType.commit) return undefined;
    const coordinatorEpoch = value !== null && value.length >= valueBytes ? value.readInt32BE(2) : -1;
    return { producerId, producerEpoch, committed: type === markerType.commit, coordinatorEpoch, timestampMs };
  }
  return undefined;
}
