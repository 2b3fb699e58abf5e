import kafkajs, { type Message } from 'kafkajs';
import type { CompressionCodec, RecordToWrite } from '../client/index.ts';

const { CompressionTypes } = kafkajs;

const types: Readonly<Record<CompressionCodec, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** kafkajs's number of a codec. */
export function compressionType(codec: CompressionCodec = 'none'): number {
  return types[codec];
}

export const messageOf = (record: RecordToWrite): Message => ({
  key: record.key,
  value: record.value,
  ...(record.headers ? { headers: record.headers as NonNullable<Message['headers']> } : {}),
  ...(record.partition === undefined ? {} : { partition: record.partition }),
  ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
});
