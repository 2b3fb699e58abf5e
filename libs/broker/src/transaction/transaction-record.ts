/**
 * The records of `__transaction_state`, in Kafka's format: the key is a two-byte version 0 and the transactional id, the value a
 * two-byte version and the fields; a null value forgets the id, so that the topic can be compacted.
 */
import { transactionLogKey, transactionLogValue, type TransactionLogValue } from '../protocol/index.ts';
import type { RecordCodec } from '../state-machine/index.ts';
import { noEpoch, type TransactionMetadata } from './transaction-metadata.ts';
import { isRecordedState, TransactionState } from './transaction-state.ts';

export interface TransactionRecord {
  readonly transactionalId: string;
  readonly metadata: TransactionMetadata | null;
}

const keyVersion = 0;
/** The first with the fields of transactions V2. */
const valueVersion = 1;

export const transactionRecordCodec: RecordCodec<TransactionRecord> = {
  encode({ transactionalId, metadata }) {
    return {
      key: versioned(keyVersion, transactionLogKey.encode(keyVersion, { transactionalId })),
      value:
        metadata === null ? null : versioned(valueVersion, transactionLogValue.encode(valueVersion, valueOf(metadata))),
    };
  },
  decode({ key, value }) {
    if (key === null || key.length < 2 || key.readInt16BE(0) !== keyVersion) return undefined;
    const { transactionalId } = transactionLogKey.decode(keyVersion, key.subarray(2));
    if (value === null) return { transactionalId, metadata: null };
    const fields = transactionLogValue.decode(value.readInt16BE(0), value.subarray(2));
    const metadata = metadataOf(transactionalId, fields);
    return metadata && { transactionalId, metadata };
  },
};

function valueOf(metadata: TransactionMetadata): TransactionLogValue {
  const { state, partitions } = metadata;
  return {
    producerId: metadata.producerId,
    previousProducerId: metadata.previousProducerId,
    nextProducerId: metadata.nextProducerId,
    producerEpoch: metadata.producerEpoch,
    nextProducerEpoch: noEpoch,
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStatus: state,
    transactionPartitions:
      state === TransactionState.Empty
        ? null
        : Array.from(partitions, ([topic, numbers]) => ({ topic, partitionIds: [...numbers] })),
    transactionLastUpdateTimestampMs: metadata.updatedMs,
    transactionStartTimestampMs: metadata.startMs,
    clientTransactionVersion: metadata.clientVersion,
  };
}

function metadataOf(transactionalId: string, fields: TransactionLogValue): TransactionMetadata | undefined {
  if (!isRecordedState(fields.transactionStatus)) return undefined;
  const partitions = fields.transactionPartitions ?? [];
  return {
    transactionalId,
    producerId: fields.producerId,
    previousProducerId: fields.previousProducerId,
    nextProducerId: fields.nextProducerId,
    producerEpoch: fields.producerEpoch,
    lastProducerEpoch: noEpoch,
    timeoutMs: fields.transactionTimeoutMs,
    state: fields.transactionStatus,
    partitions: new Map(partitions.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)])),
    startMs: fields.transactionStartTimestampMs,
    updatedMs: fields.transactionLastUpdateTimestampMs,
    clientVersion: fields.clientTransactionVersion,
  };
}

function versioned(version: number, fields: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(2 + fields.length);
  bytes.writeInt16BE(version, 0);
  fields.copy(bytes, 2);
  return bytes;
}
