/**
 * The next step of a member towards its target assignment. First it gives up what is not its own any more, keeping its epoch until it
 * says that it has; then it gets the epoch of the target, and of the target what no other member still has; the rest follows when the
 * others have given it up. So no partition is ever with two members.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { memberState, type ConsumerMember } from './consumer-member.ts';
import {
  hasPartition,
  noPartitionEpochs,
  unionOf,
  type Assignment,
  type PartitionEpochs,
  type PartitionRow,
} from './partition-sets.ts';

export interface ReconciliationInput {
  readonly targetEpoch: number;
  readonly target: Assignment;
  /** Ids of the topics that the member subscribes to now; of others it gets nothing. */
  readonly subscribedTopicIds: ReadonlySet<string>;
  readonly hasSubscriptionChanged: boolean;
  /** What the member says that it has; null: it does not say. */
  readonly owned: readonly PartitionRow[] | null;
  readonly ownerOf: (topicId: string, partition: number) => string | undefined;
}

/** The member after this step; the same object when nothing changes. @throws KafkaError FENCED_MEMBER_EPOCH. */
export function reconcile(member: ConsumerMember, input: ReconciliationInput): ConsumerMember {
  switch (member.state) {
    case memberState.stable:
      if (member.memberEpoch !== input.targetEpoch) return nextAssignment(member, input);
      return input.hasSubscriptionChanged ? withoutUnsubscribed(member, input) : member;
    case memberState.unrevokedPartitions:
      if (!ownsAnyOf(input.owned, member.pendingRevocation)) return nextAssignment(member, input);
      return input.hasSubscriptionChanged ? withoutUnsubscribed(member, input) : member;
    case memberState.unreleasedPartitions:
      return nextAssignment(member, input);
    case memberState.unknown:
      if (input.owned?.length === 0) return nextAssignment(member, input);
      throw new KafkaError(
        ErrorCode.FENCED_MEMBER_EPOCH,
        'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.',
      );
  }
}

/** Yes also when the member does not say. */
function ownsAnyOf(owned: readonly PartitionRow[] | null, partitions: PartitionEpochs): boolean {
  if (owned === null) return true;
  return owned.some((row) => row.partitions.some((partition) => hasPartition(partitions, row.topicId, partition)));
}

/** Takes partitions of topics away that the member does not subscribe to any more, before the target says so. */
function withoutUnsubscribed(member: ConsumerMember, input: ReconciliationInput): ConsumerMember {
  const kept = new Map<string, ReadonlyMap<number, number>>();
  const dropped = new Map<string, ReadonlyMap<number, number>>();
  for (const [topicId, partitions] of member.assigned)
    (input.subscribedTopicIds.has(topicId) ? kept : dropped).set(topicId, partitions);
  if (dropped.size === 0) return member;
  const pendingRevocation = unionOf(member.pendingRevocation, dropped);
  const next = { ...member, previousMemberEpoch: member.memberEpoch, assigned: kept };
  if (!ownsAnyOf(input.owned, pendingRevocation)) return next;
  return { ...next, state: memberState.unrevokedPartitions, pendingRevocation };
}

function nextAssignment(member: ConsumerMember, input: ReconciliationInput): ConsumerMember {
  const { kept, toRevoke, toAssign, hasUnreleased } = compare(member, input);
  const next = { ...member, previousMemberEpoch: member.memberEpoch };
  if (toRevoke.size > 0 && ownsAnyOf(input.owned, toRevoke))
    return { ...next, state: memberState.unrevokedPartitions, assigned: kept, pendingRevocation: toRevoke };
  return {
    ...next,
    state: hasUnreleased ? memberState.unreleasedPartitions : memberState.stable,
    memberEpoch: input.targetEpoch,
    assigned: unionOf(kept, toAssign),
    pendingRevocation: noPartitionEpochs,
  };
}

interface Comparison {
  readonly kept: PartitionEpochs;
  readonly toRevoke: PartitionEpochs;
  readonly toAssign: PartitionEpochs;
  readonly hasUnreleased: boolean;
}

/** Sets what the member has against what it is to have. */
function compare(
  member: ConsumerMember,
  { target, targetEpoch, subscribedTopicIds, ownerOf }: ReconciliationInput,
): Comparison {
  const kept = new Map<string, ReadonlyMap<number, number>>();
  const toRevoke = new Map<string, ReadonlyMap<number, number>>();
  const toAssign = new Map<string, ReadonlyMap<number, number>>();
  let hasUnreleased = false;
  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const wanted = subscribedTopicIds.has(topicId) ? target.get(topicId) : undefined;
    const current = [...(member.assigned.get(topicId) ?? [])];
    put(
      kept,
      topicId,
      current.filter(([partition]) => wanted?.has(partition) === true),
    );
    put(
      toRevoke,
      topicId,
      current.filter(([partition]) => wanted?.has(partition) !== true),
    );
    const added = [...(wanted ?? [])].filter((partition) => !hasPartition(member.assigned, topicId, partition));
    const free = added.filter((partition) => {
      const owner = ownerOf(topicId, partition);
      return owner === undefined || owner === member.memberId;
    });
    hasUnreleased ||= free.length < added.length;
    put(
      toAssign,
      topicId,
      free.map((partition): [number, number] => [partition, targetEpoch]),
    );
  }
  return { kept, toRevoke, toAssign, hasUnreleased };
}

function put(
  partitions: Map<string, ReadonlyMap<number, number>>,
  topicId: string,
  entries: readonly (readonly [number, number])[],
): void {
  if (entries.length > 0) partitions.set(topicId, new Map(entries));
}
