/**
 * Which offsets of a group are to be forgotten (KIP-211): those of an empty group, so long after it became empty; those of a topic that
 * a consuming group does not subscribe to any more, and those of somebody who manages offsets alone, so long after the commit.
 */
import { subscribedTopics } from '../classic/subscribed-topics.ts';
import type { Group } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import type { GroupOffsets, StoredOffset } from './offset-store.ts';
import { offsetTombstone } from './offset-tombstones.ts';
import { subscriptionOf } from './subscription-of.ts';

export interface Expiry {
  readonly records: readonly GroupRecord[];
  /** Nothing would be left of the group's offsets. */
  readonly isAll: boolean;
}

/** @param isUnstable whether an open transaction holds the offset: it stays. */
export function expireOffsets(
  group: Group,
  offsets: GroupOffsets,
  isUnstable: (topic: string, partition: number) => boolean,
  nowMs: number,
  retentionMs: number,
): Expiry {
  if (offsets.size === 0) return { records: [], isAll: true };
  const since = retentionStart(group);
  if (since === undefined) return { records: [], isAll: false };
  const records: GroupRecord[] = [];
  const isSubscribed = subscriptionOf(group);
  let isAll = true;
  for (const [topic, partitions] of offsets) {
    const subscribed = isSubscribed(topic);
    for (const [partition, stored] of partitions) {
      const endMs = stored.expireTimestampMs === -1 ? since(stored) + retentionMs : stored.expireTimestampMs;
      if (!subscribed && nowMs >= endMs && !isUnstable(topic, partition))
        records.push(offsetTombstone(group.groupId, topic, partition));
      else isAll = false;
    }
  }
  return { records, isAll };
}

/** From when on an offset of the group is not needed; undefined while the group needs all of them. */
function retentionStart(group: Group): ((stored: StoredOffset) => number) | undefined {
  const sinceCommit = ({ commitTimestampMs }: StoredOffset): number => commitTimestampMs;
  if (group.type === 'consumer' || group.protocolType === undefined) return sinceCommit;
  if (group.state === 'Empty')
    return group.stateTimestampMs === -1 ? sinceCommit : (): number => group.stateTimestampMs;
  const isKnown = group.state === 'Stable' && subscribedTopics(group) !== undefined;
  return isKnown ? sinceCommit : undefined;
}
