import kafkajs, { type CompressionTypes, type Message } from 'kafkajs';
import type { CompressionCodec, RecordToWrite } from '../client/index.ts';

const { CompressionTypes: numbers } = kafkajs;

const types: Readonly<Record<CompressionCodec, CompressionTypes>> = {
  none: numbers.None,
  gzip: numbers.GZIP,
  snappy: numbers.Snappy,
  lz4: numbers.LZ4,
  zstd: numbers.ZSTD,
};

/** kafkajs's number of a codec. */
export function compressionType(codec: CompressionCodec = 'none'): CompressionTypes {
  return types[codec];
}

/** kafkajs hands a message to its partitioner as it was given. */
export interface PlacedMessage extends Message {
  readonly partitionKey?: string;
}

export const messageOf = (record: RecordToWrite): PlacedMessage => ({
  key: record.key,
  value: record.value,
  ...(record.headers ? { headers: record.headers as NonNullable<Message['headers']> } : {}),
  ...(record.partition === undefined ? {} : { partition: record.partition }),
  ...(record.partitionKey === undefined ? {} : { partitionKey: record.partitionKey }),
  ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
});
