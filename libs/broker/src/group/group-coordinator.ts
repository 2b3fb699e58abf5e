import type { Clock, PartitionLog } from '../storage/index.ts';
import type { CoordinatorNode } from './find-coordinator.ts';
import type { GroupConfig } from './group-config.ts';
import type {
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
} from './messages.ts';

/** What the room asks about topics; wired to the metadata room by the server. */
export interface TopicDirectory {
  /** Canonical uuid of a topic, undefined when it does not exist. */
  topicId(name: string): string | undefined;
  topicName(topicId: string): string | undefined;
  /** 0 when the topic does not exist. */
  partitionCount(name: string): number;
}

export interface GroupCoordinatorOptions {
  readonly config: GroupConfig;
  readonly topics: TopicDirectory;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** 16 random bytes, from which member ids are made; default: the machine's. */
  readonly randomUuid?: () => string;
  /** What an operator should know: failed writes, reloads. */
  readonly onProblem?: (message: string, cause: unknown) => void;
}

/** What a handler needs to know of the request beside its body. */
export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** The peer's address, as DescribeGroups shows it: `/127.0.0.1`. */
  readonly clientHost: string;
}

/** All groups of the broker, spread over the partitions of the offsets topic. Answers carry error codes; nothing expected is thrown. */
export class GroupCoordinator {
  constructor(_options: GroupCoordinatorOptions) {}

  /** Loads all partitions of the offsets topic, in order of their number. Until then requests get COORDINATOR_NOT_AVAILABLE, while it runs COORDINATOR_LOAD_IN_PROGRESS. */
  activate(_logs: readonly PartitionLog[]): Promise<void> {
    return Promise.reject(new Error('The group room is being laid'));
  }
  get active(): boolean {
    return false;
  }
  declare findCoordinator: (request: FindCoordinatorRequest, context: RequestContext, node: CoordinatorNode) => FindCoordinatorResponse;
  declare joinGroup: (request: JoinGroupRequest, context: RequestContext) => Promise<JoinGroupResponse>;
  declare syncGroup: (request: SyncGroupRequest, context: RequestContext) => Promise<SyncGroupResponse>;
  declare heartbeat: (request: HeartbeatRequest, context: RequestContext) => Promise<HeartbeatResponse>;
  declare leaveGroup: (request: LeaveGroupRequest, context: RequestContext) => Promise<LeaveGroupResponse>;
  declare offsetCommit: (request: OffsetCommitRequest, context: RequestContext) => Promise<OffsetCommitResponse>;
  declare offsetFetch: (request: OffsetFetchRequest, context: RequestContext) => Promise<OffsetFetchResponse>;
  declare offsetDelete: (request: OffsetDeleteRequest, context: RequestContext) => Promise<OffsetDeleteResponse>;
  declare listGroups: (request: ListGroupsRequest, context: RequestContext) => Promise<ListGroupsResponse>;
  declare describeGroups: (request: DescribeGroupsRequest, context: RequestContext) => Promise<DescribeGroupsResponse>;
  declare deleteGroups: (request: DeleteGroupsRequest, context: RequestContext) => Promise<DeleteGroupsResponse>;
  /** Forgets the offsets of deleted topics. */
  declare topicsDeleted: (names: readonly string[]) => Promise<void>;
  /** Fails waiting joins and syncs, lets writes in flight finish. */
  declare close: () => Promise<void>;
}
