/**
 * The `range` assignor: each topic by itself, in ranges of almost equal size in the order of the members (static members first, by
 * instance id; then by member id). Members with the same subscriptions get the same partition numbers of topics with the same number
 * of partitions, so that records with the same key meet (co-partitioning). It is not sticky.
 */
import type { Assignment } from '../partition-sets.ts';
import type { AssignableMember, AssignmentInput } from './assignor.ts';

export function assignRanges({ members, partitionCount }: AssignmentInput): ReadonlyMap<string, Assignment> {
  const ordered = [...members].sort(byInstanceThenMember);
  const subscribers = new Map<string, string[]>();
  for (const { memberId, subscribedTopicIds } of ordered)
    for (const topicId of subscribedTopicIds) {
      const others = subscribers.get(topicId);
      if (others === undefined) subscribers.set(topicId, [memberId]);
      else others.push(memberId);
    }
  const assignments = new Map<string, Map<string, ReadonlySet<number>>>(
    ordered.map(({ memberId }) => [memberId, new Map()]),
  );
  for (const [topicId, memberIds] of subscribers) {
    const count = partitionCount(topicId);
    const quota = Math.floor(count / memberIds.length);
    const extras = count % memberIds.length;
    let next = 0;
    memberIds.forEach((memberId, index) => {
      const start = next;
      next += quota + (index < extras ? 1 : 0);
      const range = Array.from({ length: next - start }, (_, offset) => start + offset);
      if (range.length > 0) assignments.get(memberId)!.set(topicId, new Set(range));
    });
  }
  return assignments;
}

function byInstanceThenMember(left: AssignableMember, right: AssignableMember): number {
  if (left.instanceId !== null && right.instanceId !== null) return left.instanceId < right.instanceId ? -1 : 1;
  if (left.instanceId !== null) return -1;
  if (right.instanceId !== null) return 1;
  return left.memberId < right.memberId ? -1 : 1;
}
