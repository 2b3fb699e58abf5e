import { ErrorCode } from '../protocol/index.ts';
import type { ClassicGroup } from './classic/classic-group.ts';
import type { GroupMember } from './classic/group-member.ts';
import type { Group } from './group-environment.ts';
import type { DescribeGroupsResponse, ListGroupsRequest, ListGroupsResponse } from './messages.ts';

export type DescribedGroup = DescribeGroupsResponse['groups'][number];
export type ListedGroup = ListGroupsResponse['groups'][number];

/** First version of DescribeGroups that has an error for an unknown group (KIP-1043); before, it is shown as Dead. */
const notFoundVersion = 6;

/** A group as DescribeGroups shows it. Only a stable group has a protocol to show. */
export function describeGroup(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === 'Stable';
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: Array.from(group.members.values(), (member) =>
      describeMember(member, isStable ? group.protocolName : undefined),
    ),
  };
}

/** @param reason for what is not a group, or not a classic one. */
export function describeMissingGroup(groupId: string, reason: string, apiVersion: number): DescribedGroup {
  const isError = apiVersion >= notFoundVersion;
  return {
    errorCode: isError ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
    errorMessage: isError ? reason : null,
    groupId,
    groupState: 'Dead',
    protocolType: '',
    protocolData: '',
    members: [],
  };
}

export function refuseDescription(groupId: string, errorCode: ErrorCode): DescribedGroup {
  return { errorCode, groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
}

/** The groups that ListGroups shows; empty filters let all pass (KIP-518 by state, KIP-848 by type). */
export function listGroups(groups: Iterable<Group>, { statesFilter, typesFilter }: ListGroupsRequest): ListedGroup[] {
  const states = new Set(statesFilter.map((state) => state.toLowerCase()));
  const types = new Set(typesFilter.map((type) => type.toLowerCase()));
  const listed: ListedGroup[] = [];
  for (const group of groups) {
    const { groupId, state, type } = group;
    const protocolType = type === 'consumer' ? 'consumer' : (group.protocolType ?? '');
    const isWanted = (states.size === 0 || states.has(state.toLowerCase())) && (types.size === 0 || types.has(type));
    if (isWanted) listed.push({ groupId, protocolType, groupState: state, groupType: type });
  }
  return listed;
}

function describeMember(member: GroupMember, protocolName: string | undefined): DescribedGroup['members'][number] {
  const { memberId, groupInstanceId, clientId, clientHost, assignment } = member;
  const isKnown = protocolName !== undefined;
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    memberMetadata: isKnown ? member.metadataFor(protocolName) : Buffer.alloc(0),
    memberAssignment: assignment,
  };
}
