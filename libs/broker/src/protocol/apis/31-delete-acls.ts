import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Removes the access control entries that match filters.
 *
 * - 1: pattern types (KIP-290). 2: flexible. 3: resources of type user (KIP-373).
 */
export const deleteAclsApi = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versions: '1-3',
  flexibleVersions: '2+',
  request: {
    filters: {
      type: '[]struct',
      versions: '0+',
      fields: {
        resourceTypeFilter: { type: 'int8', versions: '0+' },
        resourceNameFilter: { type: 'string', versions: '0+', nullable: '0+' },
        patternTypeFilter: { type: 'int8', versions: '1+', default: 3 },
        principalFilter: { type: 'string', versions: '0+', nullable: '0+' },
        hostFilter: { type: 'string', versions: '0+', nullable: '0+' },
        operation: { type: 'int8', versions: '0+' },
        permissionType: { type: 'int8', versions: '0+' },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    filterResults: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
        matchingAcls: {
          type: '[]struct',
          versions: '0+',
          fields: {
            errorCode: { type: 'int16', versions: '0+' },
            errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
            resourceType: { type: 'int8', versions: '0+' },
            resourceName: { type: 'string', versions: '0+' },
            patternType: { type: 'int8', versions: '1+', default: 3 },
            principal: { type: 'string', versions: '0+' },
            host: { type: 'string', versions: '0+' },
            operation: { type: 'int8', versions: '0+' },
            permissionType: { type: 'int8', versions: '0+' },
          },
        },
      },
    },
  },
});

export type DeleteAclsRequest = RequestOf<typeof deleteAclsApi>;
export type DeleteAclsResponse = ResponseOf<typeof deleteAclsApi>;
