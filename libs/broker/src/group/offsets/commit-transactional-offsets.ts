/**
 * TxnOffsetCommit: offsets that count when the producer's transaction is committed. Version 3 adds member and generation (KIP-447), by
 * which a member that lost its partitions is refused; without them nothing is checked.
 */
import { ErrorCode, KafkaError, ZERO_UUID } from '../../protocol/index.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import type { Committer } from '../consumer/committer.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { refuseCommit } from './commit-offsets.ts';
import type { OffsetCommitRequest, TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '../messages.ts';

/** @throws KafkaError UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID. */
export function checkTransactionalCommitter(group: ClassicGroup, request: TxnOffsetCommitRequest): void {
  const { generationId, memberId, groupInstanceId } = request;
  if (generationId < 0 && (group.state === 'Empty' || (memberId === '' && groupInstanceId === null))) return;
  group.memberFor(memberId, groupInstanceId);
  if (generationId !== group.generationId) throw illegalGeneration(group, generationId);
}

/** Who commits, in the terms of a plain commit. */
export function transactionalCommitter({ generationId, memberId, groupInstanceId }: TxnOffsetCommitRequest): Committer {
  return { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId, isTransactional: true };
}

/** Transactional producers know generations, not member epochs. */
export function transactionalCode(errorCode: ErrorCode): ErrorCode {
  return errorCode === ErrorCode.STALE_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : errorCode;
}

/** The same as a plain commit, to be written within the transaction. */
export function plainCommit({ groupId, topics }: TxnOffsetCommitRequest): OffsetCommitRequest {
  return {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
  };
}

/** One error for all partitions that exist, as the answer has no place for an error of the whole request. */
export function refuseTransactionalCommit(
  request: TxnOffsetCommitRequest,
  errorCode: ErrorCode,
  topics: TopicDirectory,
): TxnOffsetCommitResponse {
  const refused = refuseCommit(plainCommit(request), errorCode, { topics, apiVersion: 0 });
  return { topics: refused.topics.map(({ name = '', partitions }) => ({ name, partitions })) };
}

function illegalGeneration({ groupId, generationId }: ClassicGroup, named: number): KafkaError {
  return new KafkaError(
    ErrorCode.ILLEGAL_GENERATION,
    `Group ${groupId} is at generation ${generationId}, not ${named}.`,
  );
}
