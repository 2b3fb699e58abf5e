/**
 * The records of `__consumer_offsets`, in Kafka's format. A key is a two-byte number of the record's kind and the key's fields; a value
 * is a two-byte version and the value's fields; a null value deletes its key, so that the topic can be compacted.
 */
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
  type GroupMetadataValue,
  type OffsetCommitKey,
  type OffsetCommitValue,
} from '../protocol/index.ts';
import type { RecordCodec, StateRecord } from '../state-machine/index.ts';

export type GroupRecord =
  | { readonly kind: 'offset'; readonly key: OffsetCommitKey; readonly value: OffsetCommitValue | null }
  | { readonly kind: 'group'; readonly groupId: string; readonly value: GroupMetadataValue | null };

/** Offset keys of Kafka 0.9 and before have the number 0 and the same fields. */
const legacyOffsetKey = 0;
/** With topics' ids and tagged fields there is a version 4, which older brokers cannot read; Kafka 4.3 writes 3 too. */
const groupValueVersion = 3;
const offsetValueVersion = 3;
/** The only version that can carry an expiry of its own (OffsetCommit 2 to 4). */
const expiringOffsetValueVersion = 1;

export const groupRecordCodec: RecordCodec<GroupRecord> = {
  encode(record) {
    if (record.kind === 'group') {
      const { groupId, value } = record;
      return {
        key: versioned(groupMetadataKey.key, groupMetadataKey.encode(0, { group: groupId })),
        value:
          value === null ? null : versioned(groupValueVersion, groupMetadataValue.encode(groupValueVersion, value)),
      };
    }
    const { key, value } = record;
    const version = value === null || value.expireTimestamp === -1 ? offsetValueVersion : expiringOffsetValueVersion;
    return {
      key: versioned(offsetCommitKey.key, offsetCommitKey.encode(0, key)),
      value: value === null ? null : versioned(version, offsetCommitValue.encode(version, value)),
    };
  },
  decode: decodeRecord,
};

function decodeRecord({ key, value }: StateRecord): GroupRecord | undefined {
  if (key === null || key.length < 2) return undefined;
  const kind = key.readInt16BE(0);
  const keyFields = key.subarray(2);
  if (kind === groupMetadataKey.key) {
    const { group } = groupMetadataKey.decode(0, keyFields);
    return { kind: 'group', groupId: group, value: value === null ? null : decodeValue(value, groupMetadataValue) };
  }
  if (kind === offsetCommitKey.key || kind === legacyOffsetKey) {
    const fields = offsetCommitKey.decode(0, keyFields);
    return { kind: 'offset', key: fields, value: value === null ? null : decodeValue(value, offsetCommitValue) };
  }
  return undefined;
}

function decodeValue<T>(value: Buffer, message: { decode(version: number, bytes: Buffer): T }): T {
  return message.decode(value.readInt16BE(0), value.subarray(2));
}

function versioned(version: number, fields: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(2 + fields.length);
  bytes.writeInt16BE(version, 0);
  fields.copy(bytes, 2);
  return bytes;
}
