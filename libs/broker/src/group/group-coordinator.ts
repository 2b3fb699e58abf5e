/**
 * All groups of the broker, spread over the partitions of the offsets topic by the hash of their ids. This file finds the partition,
 * and turns what was decided there, or thrown, into each API's answer; nothing expected is thrown.
 */
import { randomUUID } from 'node:crypto';
import { ErrorCode, KafkaError, type TransactionMarker } from '../protocol/index.ts';
import { coordinatorPartition } from '../state-machine/index.ts';
import { systemClock, type Clock, type PartitionLog, type Timer } from '../storage/index.ts';
import { extendSession } from './classic/member-session.ts';
import { heartbeat } from './classic/heartbeat.ts';
import { joinGroup } from './classic/join-group.ts';
import { leaveGroup } from './classic/leave-group.ts';
import { syncGroup } from './classic/sync-group.ts';
import { joinConsumerGroup } from './consumer/classic-join.ts';
import { heartbeatOfClassicMember, leaveConsumerGroup, syncClassicMember } from './consumer/classic-members.ts';
import { checkConsumerCommitter, checkConsumerFetch } from './consumer/committer.ts';
import { describeConsumerGroup, refuseConsumerGroupDescription } from './consumer/describe-consumer-group.ts';
import { existingConsumerGroup } from './consumer/group-for-member.ts';
import { consumerGroupHeartbeat } from './consumer/heartbeat.ts';
import {
  describeGroup,
  describeMissingGroup,
  listGroups,
  refuseDescription,
  type ListedGroup,
} from './describe-groups.ts';
import { findCoordinator, type CoordinatorNode } from './find-coordinator.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupSettings } from './group-settings.ts';
import { GroupShard } from './group-shard.ts';
import type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  SyncGroupRequest,
  SyncGroupResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from './messages.ts';
import { checkCommitter, commitOffsets, refuseCommit, type CommitRules } from './offsets/commit-offsets.ts';
import {
  checkTransactionalCommitter,
  plainCommit,
  transactionalCommitter,
  refuseTransactionalCommit,
  transactionalCode,
} from './offsets/commit-transactional-offsets.ts';
import { deleteOffsets } from './offsets/delete-offsets.ts';
import {
  fetchOffsets,
  refuseFetch,
  singleGroupRequest,
  singleGroupResponse,
  type GroupRequest,
  type GroupRow,
} from './offsets/fetch-offsets.ts';
import type { RequestContext } from './request-context.ts';
import type { TopicDirectory } from './topic-directory.ts';

export interface GroupCoordinatorOptions {
  readonly config: GroupConfig;
  readonly topics: TopicDirectory;
  /** What is set for one group; default: nothing. */
  readonly groupSettings?: (groupId: string) => GroupSettings;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Makes the unique part of member ids; default: random. */
  readonly randomUuid?: () => string;
  /** What an operator should know: failed writes, reloads. */
  readonly onProblem?: (message: string, cause: unknown) => void;
}

/** First version of OffsetFetch that asks for several groups. */
const severalGroupsVersion = 8;
/** First version of LeaveGroup that names several members. */
const severalMembersVersion = 3;
/** First version of OffsetCommit that has an error for an unknown group. */
const unknownGroupVersion = 9;
/** First version of TxnOffsetCommit whose clients know that a coordinator loads. */
const loadingVersion = 2;
/** First version of JoinGroup that can say "no protocol". */
const nullableProtocolVersion = 7;

export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #clock: Clock;
  #shards: readonly GroupShard[] = [];
  #isActive = false;
  #isClosed = false;
  #expiryTimer: Timer | undefined;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Loads all partitions of the offsets topic, given in the order of their numbers. Before, requests get COORDINATOR_NOT_AVAILABLE,
   * while it runs COORDINATOR_LOAD_IN_PROGRESS. @throws Error when a log cannot be replayed.
   */
  async activate(logs: readonly PartitionLog[]): Promise<void> {
    if (this.#shards.length > 0) throw new Error('The group coordinator is active already');
    const { config, topics, onProblem, randomUuid = randomUUID, groupSettings = () => ({}) } = this.#options;
    const shared = { config, clock: this.#clock, topics, groupSettings, randomUuid: () => randomUuid(), onProblem };
    this.#shards = logs.map((log) => new GroupShard({ ...shared, log }));
    try {
      await Promise.all(this.#shards.map((shard) => shard.load()));
    } catch (error) {
      const shards = this.#shards;
      this.#shards = [];
      await Promise.all(shards.map((shard) => shard.close()));
      throw error;
    }
    this.#isActive = true;
    this.#scheduleExpiry();
  }

  /** Whether `activate` is done. */
  get active(): boolean {
    return this.#isActive;
  }

  findCoordinator(
    request: FindCoordinatorRequest,
    context: RequestContext,
    node: CoordinatorNode,
  ): FindCoordinatorResponse {
    return findCoordinator(request, context.apiVersion, node);
  }

  async joinGroup(request: JoinGroupRequest, context: RequestContext): Promise<JoinGroupResponse> {
    const response = await this.#join(request, context).catch((error: unknown) =>
      this.refuseJoin(request, context, codeOf(error)),
    );
    return withProtocolName(response, context.apiVersion);
  }

  /** The answer of a join that was not taken in. */
  refuseJoin(request: JoinGroupRequest, context: RequestContext, errorCode: ErrorCode): JoinGroupResponse {
    const { memberId } = request;
    const refusal = { errorCode, generationId: -1, protocolName: null, leader: '', memberId, members: [] };
    return withProtocolName(refusal, context.apiVersion);
  }

  async #join(request: JoinGroupRequest, context: RequestContext): Promise<JoinGroupResponse> {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#options.config;
    const { groupId, memberId, sessionTimeoutMs } = request;
    const shard = this.#shardOfNamedGroup(groupId);
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
      throw new KafkaError(
        ErrorCode.INVALID_SESSION_TIMEOUT,
        `The session timeout must be between ${minSessionTimeoutMs} and ${maxSessionTimeoutMs} ms, not ${sessionTimeoutMs}.`,
      );
    return shard.writeToGroup(groupId, (group) => {
      if (group.type === 'consumer' && group.members.size > 0)
        return joinConsumerGroup(shard.environment, group, request, context);
      const isAwaited = group.type === 'classic' && (group.members.size > 0 || group.pendingJoins.has(memberId));
      if (memberId !== '' && !isAwaited) throw unknownMember(groupId);
      return shard.asClassicGroup(group, (classic) => joinGroup(shard.environment, classic, request, context));
    });
  }

  async syncGroup(request: SyncGroupRequest, _context: RequestContext): Promise<SyncGroupResponse> {
    try {
      const shard = this.#shardOfNamedGroup(request.groupId);
      return await shard.write(() => {
        const group = shard.groups.get(request.groupId);
        if (group === undefined) throw unknownMember(request.groupId);
        if (group.type === 'classic') return syncGroup(shard.environment, group, request);
        return { records: [], reply: syncClassicMember(shard.environment, group, request) };
      });
    } catch (error) {
      const code = isTooLarge(error) ? ErrorCode.UNKNOWN_SERVER_ERROR : codeOf(error);
      return { errorCode: code, assignment: Buffer.alloc(0) };
    }
  }

  async heartbeat(request: HeartbeatRequest, _context: RequestContext): Promise<HeartbeatResponse> {
    try {
      const shard = this.#shardOfNamedGroup(request.groupId);
      return await shard.read(() => {
        const group = shard.groups.get(request.groupId);
        if (group === undefined) throw unknownMember(request.groupId);
        if (group.type === 'consumer') return heartbeatOfClassicMember(shard.environment, group, request);
        return heartbeat(shard.environment, group, request);
      });
    } catch (error) {
      const code = codeOf(error);
      // While the state is loaded nobody's session runs out; the member just goes on.
      return { errorCode: code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : code };
    }
  }

  async leaveGroup(request: LeaveGroupRequest, context: RequestContext): Promise<LeaveGroupResponse> {
    const isSingle = context.apiVersion < severalMembersVersion;
    const leaving = isSingle ? [{ memberId: request.memberId, groupInstanceId: null }] : request.members;
    try {
      const shard = this.#shardOfNamedGroup(request.groupId);
      const response = await shard.writeToGroup(request.groupId, (group) =>
        group.type === 'consumer'
          ? leaveConsumerGroup(shard.environment, group, leaving)
          : leaveGroup(shard.environment, group, leaving),
      );
      return isSingle ? { errorCode: response.members![0]!.errorCode } : response;
    } catch (error) {
      return { errorCode: codeOf(error) };
    }
  }

  async offsetCommit(request: OffsetCommitRequest, context: RequestContext): Promise<OffsetCommitResponse> {
    const { apiVersion } = context;
    try {
      const shard = this.#shardOf(request.groupId);
      return await shard.writeToGroup(request.groupId, (group) => {
        const rules = this.#commitRules(apiVersion);
        if (group.type === 'consumer') {
          const checkPartition = checkConsumerCommitter(group, request, apiVersion);
          return commitOffsets(request, { ...rules, checkPartition });
        }
        const isNew = group.state === 'Empty' && !group.isRecorded && group.pendingJoins.size === 0;
        const isUnknown = isNew && shard.offsetsOf(group.groupId).size === 0;
        if (isUnknown && request.generationIdOrMemberEpoch >= 0) throw unknownGroup(group.groupId, apiVersion);
        checkCommitter(group, request);
        const member = group.members.get(request.memberId);
        if (member !== undefined) extendSession(shard.environment, group, member);
        return commitOffsets(request, rules);
      });
    } catch (error) {
      const code = isTooLarge(error) ? ErrorCode.INVALID_COMMIT_OFFSET_SIZE : codeOf(error);
      return refuseCommit(request, code, { topics: this.#options.topics, apiVersion });
    }
  }

  /** The caller has seen to it that the offsets' partition is in the producer's transaction. */
  async txnOffsetCommit(request: TxnOffsetCommitRequest, context: RequestContext): Promise<TxnOffsetCommitResponse> {
    const { producerId, producerEpoch, groupId } = request;
    try {
      const shard = this.#shardOfNamedGroup(groupId);
      const { topics } = await shard.writeToGroup(groupId, (group) => {
        const transaction = { producerId, producerEpoch };
        const rules = this.#commitRules(0);
        if (group.type === 'consumer') {
          const checkPartition = checkConsumerCommitter(group, transactionalCommitter(request));
          return { ...commitOffsets(plainCommit(request), { ...rules, checkPartition }), transaction };
        }
        checkTransactionalCommitter(group, request);
        const member = group.members.get(request.memberId);
        if (member !== undefined) extendSession(shard.environment, group, member);
        return { ...commitOffsets(plainCommit(request), rules), transaction };
      });
      return { topics: topics.map(({ name = '', partitions }) => ({ name, partitions })) };
    } catch (error) {
      const code = transactionalCode(isTooLarge(error) ? ErrorCode.INVALID_COMMIT_OFFSET_SIZE : codeOf(error));
      // Clients of before version 2 could not cope with a coordinator that loads.
      const isOld = context.apiVersion < loadingVersion && code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
      return this.refuseTxnOffsetCommit(request, isOld ? ErrorCode.COORDINATOR_NOT_AVAILABLE : code);
    }
  }

  /** The answer to a commit that its producer may not make. */
  refuseTxnOffsetCommit(request: TxnOffsetCommitRequest, errorCode: ErrorCode): TxnOffsetCommitResponse {
    return refuseTransactionalCommit(request, errorCode, this.#options.topics);
  }

  /** Where a group keeps its offsets: the partition of the offsets topic. */
  partitionOf(groupId: string): number {
    return coordinatorPartition(groupId, this.#shards.length || this.#options.config.offsetsTopicPartitions);
  }

  /** Ends a producer's transaction in one partition of the offsets topic. @throws KafkaError (retriable) when it cannot be written. */
  async writeMarker(partition: number, marker: TransactionMarker): Promise<void> {
    const shard = this.#shards[partition];
    if (shard === undefined)
      throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, 'The offsets topic is not there yet.');
    await shard.writeMarker(marker);
  }

  async offsetFetch(request: OffsetFetchRequest, context: RequestContext): Promise<OffsetFetchResponse> {
    const { apiVersion } = context;
    if (apiVersion >= severalGroupsVersion)
      return { groups: await Promise.all(request.groups.map((group) => this.#fetchGroup(group, request, apiVersion))) };
    return singleGroupResponse(await this.#fetchGroup(singleGroupRequest(request), request, apiVersion));
  }

  async #fetchGroup(
    request: GroupRequest,
    { requireStable }: OffsetFetchRequest,
    apiVersion: number,
  ): Promise<GroupRow> {
    try {
      const shard = this.#shardOf(request.groupId);
      const isUnstable = (topic: string, partition: number): boolean =>
        requireStable && shard.isUnstable(request.groupId, topic, partition);
      return await shard.read(() => {
        const group = shard.groups.get(request.groupId);
        if (group?.type === 'consumer') checkConsumerFetch(group, request);
        return fetchOffsets(shard.offsetsOf(request.groupId), isUnstable, request, this.#options.topics, apiVersion);
      });
    } catch (error) {
      const code = codeOf(error);
      // Consumers older than 3.9 do not expect COORDINATOR_NOT_AVAILABLE here; this one makes them look for the coordinator too.
      const isUnavailable = code === ErrorCode.COORDINATOR_NOT_AVAILABLE;
      return refuseFetch(request, isUnavailable ? ErrorCode.NOT_COORDINATOR : code, apiVersion);
    }
  }

  async offsetDelete(request: OffsetDeleteRequest, _context: RequestContext): Promise<OffsetDeleteResponse> {
    try {
      const shard = this.#shardOf(request.groupId);
      return await shard.write(() => {
        const group = shard.groups.get(request.groupId);
        if (group === undefined) throw groupNotFound(request.groupId);
        const isUnstable = shard.isUnstable.bind(shard, request.groupId);
        return deleteOffsets(group, shard.offsetsOf(request.groupId), isUnstable, request);
      });
    } catch (error) {
      return { errorCode: codeOf(error), topics: [] };
    }
  }

  /** Also of the partitions that could be read when another could not. */
  async listGroups(request: ListGroupsRequest, _context: RequestContext): Promise<ListGroupsResponse> {
    const groups: ListedGroup[] = [];
    let errorCode: ErrorCode = ErrorCode.NONE;
    for (const shard of this.#shards) {
      try {
        groups.push(...(await shard.read(() => listGroups(shard.groups.values(), request))));
      } catch (error) {
        errorCode = codeOf(error);
      }
    }
    return { errorCode, groups };
  }

  async describeGroups(request: DescribeGroupsRequest, context: RequestContext): Promise<DescribeGroupsResponse> {
    const describe = async (groupId: string): Promise<DescribeGroupsResponse['groups'][number]> => {
      try {
        const shard = this.#shardOf(groupId);
        return await shard.read(() => {
          const group = shard.groups.get(groupId);
          if (group?.type === 'classic') return describeGroup(group);
          const reason = group === undefined ? 'not found' : 'is not a classic group';
          return describeMissingGroup(groupId, `Group ${groupId} ${reason}.`, context.apiVersion);
        });
      } catch (error) {
        return refuseDescription(groupId, codeOf(error));
      }
    };
    return { groups: await Promise.all(request.groups.map(describe)) };
  }

  async consumerGroupHeartbeat(
    request: ConsumerGroupHeartbeatRequest,
    context: RequestContext,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    try {
      const shard = this.#shardOf(request.groupId);
      return await shard.write(() => consumerGroupHeartbeat(shard.environment, request, context));
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : null;
      return { errorCode: codeOf(error), errorMessage };
    }
  }

  async consumerGroupDescribe(
    request: ConsumerGroupDescribeRequest,
    _context: RequestContext,
  ): Promise<ConsumerGroupDescribeResponse> {
    const describe = async (groupId: string): Promise<ConsumerGroupDescribeResponse['groups'][number]> => {
      try {
        const shard = this.#shardOfNamedGroup(groupId);
        return await shard.read(() =>
          describeConsumerGroup(shard.environment, existingConsumerGroup(shard.environment, groupId)),
        );
      } catch (error) {
        const code = codeOf(error);
        const message = code === ErrorCode.GROUP_ID_NOT_FOUND && error instanceof Error ? error.message : null;
        return refuseConsumerGroupDescription(groupId, code, message);
      }
    };
    return { groups: await Promise.all(request.groupIds.map(describe)) };
  }

  async deleteGroups(request: DeleteGroupsRequest, _context: RequestContext): Promise<DeleteGroupsResponse> {
    const deleteGroup = async (groupId: string): Promise<DeleteGroupsResponse['results'][number]> => {
      try {
        await this.#shardOf(groupId).deleteGroup(groupId);
        return { groupId, errorCode: ErrorCode.NONE };
      } catch (error) {
        return { groupId, errorCode: codeOf(error) };
      }
    };
    return { results: await Promise.all(request.groupsNames.map(deleteGroup)) };
  }

  /** Forgets the offsets of deleted topics. @throws KafkaError (retriable) when that could not be written everywhere. */
  async topicsDeleted(names: readonly string[]): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.deleteTopics(names)));
  }

  /** Fails waiting joins and syncs, lets writes in flight finish. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#expiryTimer?.cancel();
    await Promise.all(this.#shards.map((shard) => shard.close()));
  }

  #scheduleExpiry(): void {
    if (this.#isClosed) return;
    this.#expiryTimer = this.#clock.schedule(this.#options.config.offsetsRetentionCheckIntervalMs, () => {
      const expire = (shard: GroupShard): Promise<void> =>
        shard
          .expire()
          .catch((error: unknown) => this.#options.onProblem?.('Expired offsets could not be removed.', error));
      void Promise.all(this.#shards.map(expire)).then(() => {
        this.#scheduleExpiry();
      });
    });
  }

  #commitRules(apiVersion: number): CommitRules {
    const { config, topics } = this.#options;
    return { nowMs: this.#clock.now(), metadataMaxBytes: config.offsetMetadataMaxBytes, topics, apiVersion };
  }

  #shardOf(groupId: string): GroupShard {
    if (this.#shards.length === 0)
      throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, 'The offsets topic is not there yet.');
    return this.#shards[coordinatorPartition(groupId, this.#shards.length)]!;
  }

  /** Only offsets may be kept under the empty group id. */
  #shardOfNamedGroup(groupId: string): GroupShard {
    const shard = this.#shardOf(groupId);
    if (groupId === '') throw new KafkaError(ErrorCode.INVALID_GROUP_ID, 'The group id must not be empty.');
    return shard;
  }
}

function withProtocolName(response: JoinGroupResponse, apiVersion: number): JoinGroupResponse {
  if (apiVersion >= nullableProtocolVersion) return response;
  return { ...response, protocolName: response.protocolName ?? '' };
}

/** What the client is told of an expected failure; anything else is a bug and goes on. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof KafkaError) return error.code;
  throw error;
}

function isTooLarge(error: unknown): boolean {
  const code = error instanceof KafkaError ? error.code : ErrorCode.NONE;
  return code === ErrorCode.MESSAGE_TOO_LARGE || code === ErrorCode.RECORD_LIST_TOO_LARGE;
}

function unknownMember(groupId: string): KafkaError {
  return new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Group '${groupId}' has no such member.`);
}

function groupNotFound(groupId: string): KafkaError {
  return new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, `There is no group '${groupId}'.`);
}

function unknownGroup(groupId: string, apiVersion: number): KafkaError {
  if (apiVersion >= unknownGroupVersion) return groupNotFound(groupId);
  return new KafkaError(ErrorCode.ILLEGAL_GENERATION, `Group '${groupId}' has no generation.`);
}
