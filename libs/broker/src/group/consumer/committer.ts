/**
 * Who may commit and read offsets of a next-generation group. A commit of an older epoch counts for partitions that the member has had
 * since then (KIP-1251): it may have been sent just before the member was told its new epoch.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { unknownMember, type ConsumerMember } from './consumer-member.ts';

export interface Committer {
  readonly generationIdOrMemberEpoch: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly isTransactional?: boolean;
}

type PartitionCheck = (topic: string, topicId: string | undefined, partition: number) => void;

/** First version of OffsetCommit that members of the consumer protocol may use. */
const memberEpochVersion = 9;

const anyPartition: PartitionCheck = () => undefined;

/**
 * What each partition of the commit has to pass.
 * @param apiVersion of OffsetCommit; left out within a transaction.
 * @throws KafkaError UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, UNSUPPORTED_VERSION; ILLEGAL_GENERATION of a member of the classic protocol.
 */
export function checkConsumerCommitter(
  group: ConsumerGroup,
  { generationIdOrMemberEpoch: epoch, memberId, groupInstanceId, isTransactional = false }: Committer,
  apiVersion = memberEpochVersion,
): PartitionCheck {
  if (epoch < 0 && group.members.size === 0) return anyPartition;
  if (isTransactional && epoch === -1 && memberId === '' && groupInstanceId === null) return anyPartition;
  const member = group.member(memberId);
  if (member.classic === null && apiVersion < memberEpochVersion)
    throw new KafkaError(
      ErrorCode.UNSUPPORTED_VERSION,
      `OffsetCommit version ${memberEpochVersion} or above must be used by members using the consumer group protocol`,
    );
  if (epoch === member.memberEpoch) return anyPartition;
  if (epoch > member.memberEpoch)
    throw stale(member, `The epoch ${epoch} is newer than the current member epoch ${member.memberEpoch}.`);
  return (topic, topicId = '', partition) => {
    const since = member.assigned.get(topicId)?.get(partition) ?? member.pendingRevocation.get(topicId)?.get(partition);
    if (since === undefined)
      throw stale(member, `Partition ${topic}-${partition} is not assigned or pending revocation for member.`);
    if (epoch < since)
      throw stale(member, `The epoch ${epoch} is older than ${since}, in which the member got ${topic}-${partition}.`);
  };
}

/** @throws KafkaError UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH; ILLEGAL_GENERATION of a member of the classic protocol. */
export function checkConsumerFetch(
  group: ConsumerGroup,
  { memberId, memberEpoch }: { readonly memberId: string | null; readonly memberEpoch: number },
): void {
  if (memberId === null && memberEpoch < 0) return;
  const member = memberId === null ? undefined : group.members.get(memberId);
  if (member === undefined) throw unknownMember(group.groupId, memberId ?? '');
  if (memberEpoch !== member.memberEpoch)
    throw stale(member, `The epoch ${memberEpoch} does not match the member epoch ${member.memberEpoch}.`);
}

function stale({ classic }: ConsumerMember, message: string): KafkaError {
  return new KafkaError(classic === null ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION, message);
}
