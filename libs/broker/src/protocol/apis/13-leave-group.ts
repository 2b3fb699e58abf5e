import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Takes members out of a classic group.
 *
 * - 3: several members at once, by member id or instance id (KIP-345); `memberId` is absent from here on. 4: flexible.
 * - 5: the reason to leave (KIP-800).
 */
export const leaveGroupApi = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexibleVersions: '4+',
  request: {
    groupId: { type: 'string', versions: '0+' },
    memberId: { type: 'string', versions: '0-2', default: '' },
    members: {
      type: '[]struct',
      versions: '3+',
      default: [],
      fields: {
        memberId: { type: 'string', versions: '3+' },
        groupInstanceId: { type: 'string', versions: '3+', nullable: '3+', default: null },
        reason: { type: 'string', versions: '5+', nullable: '5+', default: null },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    members: {
      type: '[]struct',
      versions: '3+',
      default: [],
      fields: {
        memberId: { type: 'string', versions: '3+' },
        groupInstanceId: { type: 'string', versions: '3+', nullable: '3+' },
        errorCode: { type: 'int16', versions: '3+' },
      },
    },
  },
});

export type LeaveGroupRequest = RequestOf<typeof leaveGroupApi>;
export type LeaveGroupResponse = ResponseOf<typeof leaveGroupApi>;
