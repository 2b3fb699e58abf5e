import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Deletes groups without members, and their offsets (KIP-229).
 *
 * - 2: flexible.
 */
export const deleteGroupsApi = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexibleVersions: '2+',
  request: {
    groupsNames: { type: '[]string', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    results: {
      type: '[]struct',
      versions: '0+',
      fields: {
        groupId: { type: 'string', versions: '0+' },
        errorCode: { type: 'int16', versions: '0+' },
      },
    },
  },
});

export type DeleteGroupsRequest = RequestOf<typeof deleteGroupsApi>;
export type DeleteGroupsResponse = ResponseOf<typeof deleteGroupsApi>;
