/**
 * The `uniform` assignor, which groups use unless their members name another: partitions are spread as evenly as subscriptions allow,
 * and a member keeps of what it had as much as its share allows (stickiness).
 */
import type { Assignment } from '../partition-sets.ts';
import { isHomogeneous, type AssignmentInput } from './assignor.ts';
import { assignToDifferentSubscribers } from './uniform-heterogeneous.ts';

export function assignUniformly(input: AssignmentInput): ReadonlyMap<string, Assignment> {
  if (input.members.length === 0) return new Map();
  return isHomogeneous(input.members) ? assignToEqualSubscribers(input) : assignToDifferentSubscribers(input);
}

interface Share {
  readonly assignment: Map<string, Set<number>>;
  room: number;
}

/** All members subscribe to the same topics: each gets the same number of partitions, or one more. */
function assignToEqualSubscribers({ members, partitionCount }: AssignmentInput): ReadonlyMap<string, Assignment> {
  const topicIds = [...members[0]!.subscribedTopicIds].sort();
  const total = topicIds.reduce((sum, topicId) => sum + partitionCount(topicId), 0);
  const quota = Math.floor(total / members.length);
  let extras = total % members.length;
  const taken = new Map(topicIds.map((topicId) => [topicId, new Set<number>()]));
  const shares = new Map<string, Share>();
  members.forEach(({ memberId, assigned }, index) => {
    const limit = extras > 0 ? quota + 1 : quota;
    const share = keep(assigned, limit, taken);
    // The extra partition is left to a later member, as long as there are enough of these.
    const leavesExtra = limit > quota && share.room > 0 && members.length - index > extras;
    if (leavesExtra) share.room--;
    else if (limit > quota) extras--;
    shares.set(memberId, share);
  });
  const free = topicIds.flatMap((topicId) =>
    Array.from({ length: partitionCount(topicId) }, (_, partition) => ({ topicId, partition })).filter(
      ({ partition }) => !taken.get(topicId)!.has(partition),
    ),
  );
  let next = 0;
  for (const { assignment, room } of shares.values()) {
    for (const { topicId, partition } of free.slice(next, next + room)) add(assignment, topicId, partition);
    next += room;
  }
  return new Map(Array.from(shares, ([memberId, { assignment }]) => [memberId, assignment]));
}

/** Keeps at most `limit` of the partitions that a member had, and notes them as taken. */
function keep(assigned: Assignment, limit: number, taken: ReadonlyMap<string, Set<number>>): Share {
  const assignment = new Map<string, Set<number>>();
  let room = limit;
  for (const [topicId, partitions] of assigned) {
    const takenOfTopic = taken.get(topicId);
    if (takenOfTopic === undefined) continue;
    for (const partition of partitions) {
      if (room === 0) break;
      if (takenOfTopic.has(partition)) continue;
      takenOfTopic.add(partition);
      add(assignment, topicId, partition);
      room--;
    }
  }
  return { assignment, room };
}

function add(assignment: Map<string, Set<number>>, topicId: string, partition: number): void {
  const partitions = assignment.get(topicId);
  if (partitions === undefined) assignment.set(topicId, new Set([partition]));
  else partitions.add(partition);
}
