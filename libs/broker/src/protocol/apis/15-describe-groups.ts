import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Describes classic groups and their members.
 *
 * - 3: authorized operations (KIP-430). 4: static members (KIP-345). 5: flexible.
 * - 6: GROUP_ID_NOT_FOUND with a message, where older versions answer a group in state `Dead` (KIP-1043).
 */
export const describeGroupsApi = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexibleVersions: '5+',
  request: {
    groups: { type: '[]string', versions: '0+' },
    includeAuthorizedOperations: { type: 'bool', versions: '3+', default: false },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    groups: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '6+', nullable: '6+', default: null },
        groupId: { type: 'string', versions: '0+' },
        groupState: { type: 'string', versions: '0+' },
        protocolType: { type: 'string', versions: '0+' },
        protocolData: { type: 'string', versions: '0+' },
        members: {
          type: '[]struct',
          versions: '0+',
          fields: {
            memberId: { type: 'string', versions: '0+' },
            groupInstanceId: { type: 'string', versions: '4+', nullable: '4+', default: null },
            clientId: { type: 'string', versions: '0+' },
            clientHost: { type: 'string', versions: '0+' },
            memberMetadata: { type: 'bytes', versions: '0+' },
            memberAssignment: { type: 'bytes', versions: '0+' },
          },
        },
        authorizedOperations: { type: 'int32', versions: '3+', default: -2147483648 },
      },
    },
  },
});

export type DescribeGroupsRequest = RequestOf<typeof describeGroupsApi>;
export type DescribeGroupsResponse = ResponseOf<typeof describeGroupsApi>;
