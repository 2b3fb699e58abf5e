/**
 * The records of `__cluster_metadata-0`, in the format of Kafka's KRaft. They have no key; a value is a frame version (1), the number of
 * the record's kind and the version of its fields, each an unsigned varint, and then the fields.
 */
import {
  configRecord,
  featureLevelRecord,
  partitionRecord,
  producerIdsRecord,
  removeTopicRecord,
  topicRecord,
  type ConfigRecord,
  type FeatureLevelRecord,
  type PartitionRecord,
  type ProducerIdsRecord,
  type RemoveTopicRecord,
  type TopicRecord,
} from '../protocol/index.ts';
import type { RecordCodec, StateRecord } from '../state-machine/index.ts';

export type MetadataRecord =
  | { readonly kind: 'topic'; readonly value: TopicRecord }
  | { readonly kind: 'partition'; readonly value: PartitionRecord }
  | { readonly kind: 'config'; readonly value: ConfigRecord }
  | { readonly kind: 'removeTopic'; readonly value: RemoveTopicRecord }
  | { readonly kind: 'featureLevel'; readonly value: FeatureLevelRecord }
  | { readonly kind: 'producerIds'; readonly value: ProducerIdsRecord };

const frameVersion = 1;

/** Version in which each kind is written: those of metadata.version 3.7 and later, with directories of partitions. */
const writtenVersion = { topic: 0, partition: 1, config: 0, removeTopic: 0, featureLevel: 0, producerIds: 0 } as const;

export const metadataRecordCodec: RecordCodec<MetadataRecord> = {
  encode(record) {
    const { key, fields } = encodeFields(record);
    return { key: null, value: Buffer.concat([Buffer.from([frameVersion, key, writtenVersion[record.kind]]), fields]) };
  },
  decode: decodeRecord,
};

function encodeFields(record: MetadataRecord): { readonly key: number; readonly fields: Buffer } {
  const version = writtenVersion[record.kind];
  switch (record.kind) {
    case 'topic':
      return { key: topicRecord.key, fields: topicRecord.encode(version, record.value) };
    case 'partition':
      return { key: partitionRecord.key, fields: partitionRecord.encode(version, record.value) };
    case 'config':
      return { key: configRecord.key, fields: configRecord.encode(version, record.value) };
    case 'removeTopic':
      return { key: removeTopicRecord.key, fields: removeTopicRecord.encode(version, record.value) };
    case 'featureLevel':
      return { key: featureLevelRecord.key, fields: featureLevelRecord.encode(version, record.value) };
    case 'producerIds':
      return { key: producerIdsRecord.key, fields: producerIdsRecord.encode(version, record.value) };
  }
}

function decodeRecord({ value }: StateRecord): MetadataRecord | undefined {
  if (value === null) return undefined;
  const [frame, afterFrame] = readUnsignedVarint(value, 0);
  if (frame !== frameVersion) return undefined;
  const [key, afterKey] = readUnsignedVarint(value, afterFrame);
  const [version, start] = readUnsignedVarint(value, afterKey);
  const fields = value.subarray(start);
  switch (key) {
    case topicRecord.key:
      return { kind: 'topic', value: topicRecord.decode(version, fields) };
    case partitionRecord.key:
      return { kind: 'partition', value: partitionRecord.decode(version, fields) };
    case configRecord.key:
      return { kind: 'config', value: configRecord.decode(version, fields) };
    case removeTopicRecord.key:
      return { kind: 'removeTopic', value: removeTopicRecord.decode(version, fields) };
    case featureLevelRecord.key:
      return { kind: 'featureLevel', value: featureLevelRecord.decode(version, fields) };
    case producerIdsRecord.key:
      return { kind: 'producerIds', value: producerIdsRecord.decode(version, fields) };
    default:
      return undefined;
  }
}

/** The number at `at`, seven bits a byte, lowest first, and where it ends. */
function readUnsignedVarint(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7, at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new RangeError(`A metadata record of ${bytes.length} bytes has no readable header`);
}
