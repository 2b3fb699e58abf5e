/** The wire messages that the group room answers: requests as they are decoded, answers as they are encoded (defaults may be left out). */
import type {
  consumerGroupDescribeApi,
  consumerGroupHeartbeatApi,
  deleteGroupsApi,
  describeGroupsApi,
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  ResponseInput,
  syncGroupApi,
  txnOffsetCommitApi,
} from '../protocol/index.ts';

export type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupHeartbeatRequest,
  DeleteGroupsRequest,
  DescribeGroupsRequest,
  FindCoordinatorRequest,
  HeartbeatRequest,
  JoinGroupRequest,
  LeaveGroupRequest,
  ListGroupsRequest,
  OffsetCommitRequest,
  OffsetDeleteRequest,
  OffsetFetchRequest,
  SyncGroupRequest,
  TxnOffsetCommitRequest,
} from '../protocol/index.ts';

export type ConsumerGroupHeartbeatResponse = ResponseInput<typeof consumerGroupHeartbeatApi>;
export type ConsumerGroupDescribeResponse = ResponseInput<typeof consumerGroupDescribeApi>;
export type JoinGroupResponse = ResponseInput<typeof joinGroupApi>;
export type SyncGroupResponse = ResponseInput<typeof syncGroupApi>;
export type HeartbeatResponse = ResponseInput<typeof heartbeatApi>;
export type LeaveGroupResponse = ResponseInput<typeof leaveGroupApi>;
export type OffsetCommitResponse = ResponseInput<typeof offsetCommitApi>;
export type TxnOffsetCommitResponse = ResponseInput<typeof txnOffsetCommitApi>;
export type OffsetFetchResponse = ResponseInput<typeof offsetFetchApi>;
export type OffsetDeleteResponse = ResponseInput<typeof offsetDeleteApi>;
export type ListGroupsResponse = ResponseInput<typeof listGroupsApi>;
export type DescribeGroupsResponse = ResponseInput<typeof describeGroupsApi>;
export type DeleteGroupsResponse = ResponseInput<typeof deleteGroupsApi>;
export type FindCoordinatorResponse = ResponseInput<typeof findCoordinatorApi>;
