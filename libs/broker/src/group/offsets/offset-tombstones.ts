import type { GroupRecord } from '../group-record.ts';
import type { GroupOffsets } from './offset-store.ts';

/** The record that makes an offset be forgotten. */
export function offsetTombstone(group: string, topic: string, partition: number): GroupRecord {
  return { kind: 'offset', key: { group, topic, partition }, value: null };
}

/** Those of all offsets of a group. */
export function allOffsetTombstones(groupId: string, offsets: GroupOffsets): GroupRecord[] {
  return Array.from(offsets, ([topic, partitions]) =>
    Array.from(partitions.keys(), (partition) => offsetTombstone(groupId, topic, partition)),
  ).flat();
}
