/**
 * The records of `__consumer_offsets`, in Kafka's format. A key is a two-byte number of the record's kind and the key's fields; a value
 * is a two-byte version and the value's fields; a null value deletes its key, so that the topic can be compacted.
 */
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
  type ConsumerGroupCurrentMemberAssignmentValue,
  type ConsumerGroupMemberMetadataValue,
  type ConsumerGroupMetadataValue,
  type ConsumerGroupRegularExpressionValue,
  type ConsumerGroupTargetAssignmentMemberValue,
  type ConsumerGroupTargetAssignmentMetadataValue,
  type GroupMetadataValue,
  type OffsetCommitKey,
  type OffsetCommitValue,
} from '../protocol/index.ts';
import type { RecordCodec, StateRecord } from '../state-machine/index.ts';

/** A record of a next-generation group. */
export type ConsumerGroupRecord = { readonly groupId: string } & (
  | { readonly kind: 'consumer-group'; readonly value: ConsumerGroupMetadataValue | null }
  | {
      readonly kind: 'consumer-member';
      readonly memberId: string;
      readonly value: ConsumerGroupMemberMetadataValue | null;
    }
  | { readonly kind: 'consumer-target-epoch'; readonly value: ConsumerGroupTargetAssignmentMetadataValue | null }
  | {
      readonly kind: 'consumer-target';
      readonly memberId: string;
      readonly value: ConsumerGroupTargetAssignmentMemberValue | null;
    }
  | {
      readonly kind: 'consumer-current';
      readonly memberId: string;
      readonly value: ConsumerGroupCurrentMemberAssignmentValue | null;
    }
  | {
      readonly kind: 'consumer-regex';
      readonly regularExpression: string;
      readonly value: ConsumerGroupRegularExpressionValue | null;
    }
);

export type GroupRecord =
  | ConsumerGroupRecord
  | { readonly kind: 'offset'; readonly key: OffsetCommitKey; readonly value: OffsetCommitValue | null }
  | { readonly kind: 'group'; readonly groupId: string; readonly value: GroupMetadataValue | null };

/** Offset keys of Kafka 0.9 and before have the number 0 and the same fields. */
const legacyOffsetKey = 0;
/** With topics' ids and tagged fields there is a version 4, which older brokers cannot read; Kafka 4.3 writes 3 too. */
const groupValueVersion = 3;
const offsetValueVersion = 3;
/** The only version that can carry an expiry of its own (OffsetCommit 2 to 4). */
const expiringOffsetValueVersion = 1;

export const groupRecordCodec: RecordCodec<GroupRecord> = { encode: encodeRecord, decode: decodeRecord };

function encodeRecord(record: GroupRecord): StateRecord {
  switch (record.kind) {
    case 'group': {
      const key = versioned(groupMetadataKey.key, groupMetadataKey.encode(0, { group: record.groupId }));
      return stored(key, groupMetadataValue, groupValueVersion, record.value);
    }
    case 'offset': {
      const { key, value } = record;
      const version = value === null || value.expireTimestamp === -1 ? offsetValueVersion : expiringOffsetValueVersion;
      return stored(keyOf(offsetCommitKey, key), offsetCommitValue, version, value);
    }
    case 'consumer-group':
      return stored(keyOf(consumerGroupMetadataKey, record), consumerGroupMetadataValue, 0, record.value);
    case 'consumer-member':
      return stored(keyOf(consumerGroupMemberMetadataKey, record), consumerGroupMemberMetadataValue, 0, record.value);
    case 'consumer-target-epoch':
      return stored(
        keyOf(consumerGroupTargetAssignmentMetadataKey, record),
        consumerGroupTargetAssignmentMetadataValue,
        0,
        record.value,
      );
    case 'consumer-target':
      return stored(
        keyOf(consumerGroupTargetAssignmentMemberKey, record),
        consumerGroupTargetAssignmentMemberValue,
        0,
        record.value,
      );
    case 'consumer-current':
      return stored(
        keyOf(consumerGroupCurrentMemberAssignmentKey, record),
        consumerGroupCurrentMemberAssignmentValue,
        0,
        record.value,
      );
    case 'consumer-regex':
      return stored(
        keyOf(consumerGroupRegularExpressionKey, record),
        consumerGroupRegularExpressionValue,
        0,
        record.value,
      );
  }
}

function decodeRecord({ key, value }: StateRecord): GroupRecord | undefined {
  if (key === null || key.length < 2) return undefined;
  const kind = key.readInt16BE(0);
  const fields = key.subarray(2);
  switch (kind) {
    case groupMetadataKey.key: {
      const { group } = groupMetadataKey.decode(0, fields);
      return { kind: 'group', groupId: group, value: decodeValue(value, groupMetadataValue) };
    }
    case offsetCommitKey.key:
    case legacyOffsetKey:
      return { kind: 'offset', key: offsetCommitKey.decode(0, fields), value: decodeValue(value, offsetCommitValue) };
    default:
      return decodeConsumerGroupRecord(kind, fields, value);
  }
}

function decodeConsumerGroupRecord(
  kind: number,
  fields: Buffer,
  value: Buffer | null,
): ConsumerGroupRecord | undefined {
  switch (kind) {
    case consumerGroupMetadataKey.key:
      return {
        kind: 'consumer-group',
        ...consumerGroupMetadataKey.decode(0, fields),
        value: decodeValue(value, consumerGroupMetadataValue),
      };
    case consumerGroupMemberMetadataKey.key:
      return {
        kind: 'consumer-member',
        ...consumerGroupMemberMetadataKey.decode(0, fields),
        value: decodeValue(value, consumerGroupMemberMetadataValue),
      };
    case consumerGroupTargetAssignmentMetadataKey.key:
      return {
        kind: 'consumer-target-epoch',
        ...consumerGroupTargetAssignmentMetadataKey.decode(0, fields),
        value: decodeValue(value, consumerGroupTargetAssignmentMetadataValue),
      };
    case consumerGroupTargetAssignmentMemberKey.key:
      return {
        kind: 'consumer-target',
        ...consumerGroupTargetAssignmentMemberKey.decode(0, fields),
        value: decodeValue(value, consumerGroupTargetAssignmentMemberValue),
      };
    case consumerGroupCurrentMemberAssignmentKey.key:
      return {
        kind: 'consumer-current',
        ...consumerGroupCurrentMemberAssignmentKey.decode(0, fields),
        value: decodeValue(value, consumerGroupCurrentMemberAssignmentValue),
      };
    case consumerGroupRegularExpressionKey.key:
      return {
        kind: 'consumer-regex',
        ...consumerGroupRegularExpressionKey.decode(0, fields),
        value: decodeValue(value, consumerGroupRegularExpressionValue),
      };
    default:
      return undefined;
  }
}

function keyOf<T>(message: { readonly key: number; encode(version: number, value: T): Buffer }, value: T): Buffer {
  return versioned(message.key, message.encode(0, value));
}

function stored<T>(
  key: Buffer,
  message: { encode(version: number, value: T): Buffer },
  version: number,
  value: T | null,
): StateRecord {
  return { key, value: value === null ? null : versioned(version, message.encode(version, value)) };
}

function decodeValue<T>(value: Buffer | null, message: { decode(version: number, bytes: Buffer): T }): T | null {
  return value === null ? null : message.decode(value.readInt16BE(0), value.subarray(2));
}

function versioned(version: number, fields: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(2 + fields.length);
  bytes.writeInt16BE(version, 0);
  fields.copy(bytes, 2);
  return bytes;
}
