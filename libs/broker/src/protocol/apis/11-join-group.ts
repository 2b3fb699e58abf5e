import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Makes a client a member of a classic group, and answers when all members have joined.
 *
 * - 1: rebalance timeout. 4: a first join without a member id is answered MEMBER_ID_REQUIRED with the id to use
 *   (KIP-394).
 * - 5: static members (KIP-345). 6: flexible. 7: the protocol type in the answer (KIP-559). 8: the reason to join
 *   (KIP-800).
 * - 9: whether a leader may skip the assignment (KIP-814).
 */
export const joinGroupApi = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexibleVersions: '6+',
  request: {
    groupId: { type: 'string', versions: '0+' },
    sessionTimeoutMs: { type: 'int32', versions: '0+' },
    rebalanceTimeoutMs: { type: 'int32', versions: '1+', default: -1 },
    memberId: { type: 'string', versions: '0+' },
    groupInstanceId: { type: 'string', versions: '5+', nullable: '5+', default: null },
    protocolType: { type: 'string', versions: '0+' },
    protocols: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        metadata: { type: 'bytes', versions: '0+' },
      },
    },
    reason: { type: 'string', versions: '8+', nullable: '8+', default: null },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '2+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    generationId: { type: 'int32', versions: '0+', default: -1 },
    protocolType: { type: 'string', versions: '7+', nullable: '7+', default: null },
    protocolName: { type: 'string', versions: '0+', nullable: '7+' },
    leader: { type: 'string', versions: '0+' },
    skipAssignment: { type: 'bool', versions: '9+', default: false },
    memberId: { type: 'string', versions: '0+' },
    members: {
      type: '[]struct',
      versions: '0+',
      fields: {
        memberId: { type: 'string', versions: '0+' },
        groupInstanceId: { type: 'string', versions: '5+', nullable: '5+', default: null },
        metadata: { type: 'bytes', versions: '0+' },
      },
    },
  },
});

export type JoinGroupRequest = RequestOf<typeof joinGroupApi>;
export type JoinGroupResponse = ResponseOf<typeof joinGroupApi>;
