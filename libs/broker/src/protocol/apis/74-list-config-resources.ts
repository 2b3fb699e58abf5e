import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists the resources that have settings of their own.
 *
 * - 0: clients' metrics only (KIP-1000). 1: every type of resource (KIP-1142).
 */
export const listConfigResourcesApi = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexibleVersions: '0+',
  request: {
    resourceTypes: { type: '[]int8', versions: '1+', default: [] },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    configResources: {
      type: '[]struct',
      versions: '0+',
      fields: {
        resourceName: { type: 'string', versions: '0+' },
        resourceType: { type: 'int8', versions: '1+', default: 16 },
      },
    },
  },
});

export type ListConfigResourcesRequest = RequestOf<typeof listConfigResourcesApi>;
export type ListConfigResourcesResponse = ResponseOf<typeof listConfigResourcesApi>;
