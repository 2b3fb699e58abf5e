import type { Assignment } from '../partition-sets.ts';

/** What an assignor knows of a member. */
export interface AssignableMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Of topics that exist. */
  readonly subscribedTopicIds: ReadonlySet<string>;
  /** What it was to own so far. */
  readonly assigned: Assignment;
}

export interface AssignmentInput {
  /** By rising member id, so that the same group gets the same result. */
  readonly members: readonly AssignableMember[];
  readonly partitionCount: (topicId: string) => number;
}

/** Gives each partition of the subscribed topics to one of its subscribers; the result is by member id. */
export type Assignor = (input: AssignmentInput) => ReadonlyMap<string, Assignment>;

/** Whether all members subscribe to the same topics. */
export function isHomogeneous(members: readonly AssignableMember[]): boolean {
  const first = members[0]?.subscribedTopicIds;
  return members.every(({ subscribedTopicIds }) => first === subscribedTopicIds || isSame(first!, subscribedTopicIds));
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && left.isSubsetOf(right);
}
