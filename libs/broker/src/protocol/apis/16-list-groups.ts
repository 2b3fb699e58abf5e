import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists the groups of this broker.
 *
 * - 3: flexible. 4: states (KIP-518). 5: types (KIP-848).
 */
export const listGroupsApi = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexibleVersions: '3+',
  request: {
    statesFilter: { type: '[]string', versions: '4+', default: [] },
    typesFilter: { type: '[]string', versions: '5+', default: [] },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    groups: {
      type: '[]struct',
      versions: '0+',
      fields: {
        groupId: { type: 'string', versions: '0+' },
        protocolType: { type: 'string', versions: '0+' },
        groupState: { type: 'string', versions: '4+', default: '' },
        groupType: { type: 'string', versions: '5+', default: '' },
      },
    },
  },
});

export type ListGroupsRequest = RequestOf<typeof listGroupsApi>;
export type ListGroupsResponse = ResponseOf<typeof listGroupsApi>;
