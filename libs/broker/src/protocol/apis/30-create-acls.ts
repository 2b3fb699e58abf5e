import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Adds access control entries.
 *
 * - 1: pattern types (KIP-290). 2: flexible. 3: resources of type user (KIP-373).
 */
export const createAclsApi = defineApi({
  key: 30,
  name: 'CreateAcls',
  versions: '1-3',
  flexibleVersions: '2+',
  request: {
    creations: {
      type: '[]struct',
      versions: '0+',
      fields: {
        resourceType: { type: 'int8', versions: '0+' },
        resourceName: { type: 'string', versions: '0+' },
        resourcePatternType: { type: 'int8', versions: '1+', default: 3 },
        principal: { type: 'string', versions: '0+' },
        host: { type: 'string', versions: '0+' },
        operation: { type: 'int8', versions: '0+' },
        permissionType: { type: 'int8', versions: '0+' },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    results: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
      },
    },
  },
});

export type CreateAclsRequest = RequestOf<typeof createAclsApi>;
export type CreateAclsResponse = ResponseOf<typeof createAclsApi>;
