/**
 * `uniform` for members that subscribe to different topics. What members have stays theirs; what is free goes to the subscriber with
 * the least; then partitions move from members with more to members with less until no move makes the group more even.
 */
import type { Assignment } from '../partition-sets.ts';
import type { AssignmentInput } from './assignor.ts';

/** Passes over all topics after which the balance is taken as it is. */
const mostPasses = 16;

interface Topic {
  readonly topicId: string;
  /** Indexes of members. */
  readonly subscribers: number[];
  /** Index of a member for each partition; -1: free. */
  readonly owners: number[];
}

export function assignToDifferentSubscribers(input: AssignmentInput): ReadonlyMap<string, Assignment> {
  const { members } = input;
  const topics = topicsOf(input);
  const sizes = members.map(() => 0);
  for (const { owners } of topics) for (const owner of owners) if (owner !== -1) sizes[owner]!++;
  for (const { owners, subscribers } of topics)
    owners.forEach((owner, partition) => {
      if (owner === -1) give(owners, partition, leastLoaded(subscribers, sizes), sizes);
    });
  balance(
    topics.filter(({ subscribers }) => subscribers.length > 1),
    sizes,
  );
  const assignments = members.map(() => new Map<string, Set<number>>());
  for (const { topicId, owners } of topics)
    owners.forEach((owner, partition) => {
      const assignment = assignments[owner]!;
      assignment.set(topicId, (assignment.get(topicId) ?? new Set()).add(partition));
    });
  return new Map(members.map(({ memberId }, index) => [memberId, assignments[index]!]));
}

/** Topics with the most partitions for a subscriber come first, then those with the fewest subscribers: they leave the least choice. */
function topicsOf({ members, partitionCount }: AssignmentInput): Topic[] {
  const topics = new Map<string, Topic>();
  members.forEach(({ subscribedTopicIds }, index) => {
    for (const topicId of subscribedTopicIds) {
      const owners = Array.from({ length: topics.has(topicId) ? 0 : partitionCount(topicId) }, () => -1);
      const topic = topics.get(topicId) ?? { topicId, subscribers: [], owners };
      topic.subscribers.push(index);
      topics.set(topicId, topic);
    }
  });
  members.forEach(({ subscribedTopicIds, assigned }, index) => {
    for (const [topicId, partitions] of assigned) {
      if (!subscribedTopicIds.has(topicId)) continue;
      const { owners } = topics.get(topicId)!;
      for (const partition of partitions) if (owners[partition] === -1) owners[partition] = index;
    }
  });
  const density = ({ owners, subscribers }: Topic): number => owners.length / subscribers.length;
  return [...topics.values()].sort(
    (left, right) =>
      density(right) - density(left) ||
      left.subscribers.length - right.subscribers.length ||
      (left.topicId < right.topicId ? -1 : 1),
  );
}

function give(owners: number[], partition: number, member: number, sizes: number[]): void {
  const before = owners[partition]!;
  if (before !== -1) sizes[before]!--;
  owners[partition] = member;
  sizes[member]!++;
}

function leastLoaded(candidates: readonly number[], sizes: readonly number[]): number {
  return candidates.reduce((least, candidate) => (sizes[candidate]! < sizes[least]! ? candidate : least));
}

function balance(topics: readonly Topic[], sizes: number[]): void {
  for (let pass = 0; pass < mostPasses; pass++) {
    let moves = 0;
    for (const topic of topics) moves += balanceTopic(topic, sizes);
    if (moves === 0) return;
  }
}

/** Moves the topic's partitions from the fullest of its owners to the emptiest of its subscribers while that evens them out. */
function balanceTopic({ subscribers, owners }: Topic, sizes: number[]): number {
  const owned = new Map<number, number[]>(subscribers.map((subscriber) => [subscriber, []]));
  owners.forEach((owner, partition) => owned.get(owner)!.push(partition));
  for (let moves = 0; ; moves++) {
    let fullest: number | undefined;
    for (const [owner, partitions] of owned)
      if (partitions.length > 0 && sizes[owner]! > (fullest === undefined ? -1 : sizes[fullest]!)) fullest = owner;
    const emptiest = leastLoaded(subscribers, sizes);
    if (fullest === undefined || sizes[fullest]! - sizes[emptiest]! <= 1) return moves;
    const partition = owned.get(fullest)!.pop()!;
    owned.get(emptiest)!.push(partition);
    give(owners, partition, emptiest, sizes);
  }
}
