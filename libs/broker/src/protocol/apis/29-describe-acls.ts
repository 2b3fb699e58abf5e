import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists access control entries that match a filter.
 *
 * - 1: pattern types (KIP-290). 2: flexible. 3: resources of type user (KIP-373).
 */
export const describeAclsApi = defineApi({
  key: 29,
  name: 'DescribeAcls',
  versions: '1-3',
  flexibleVersions: '2+',
  request: {
    resourceTypeFilter: { type: 'int8', versions: '0+' },
    resourceNameFilter: { type: 'string', versions: '0+', nullable: '0+' },
    patternTypeFilter: { type: 'int8', versions: '1+', default: 3 },
    principalFilter: { type: 'string', versions: '0+', nullable: '0+' },
    hostFilter: { type: 'string', versions: '0+', nullable: '0+' },
    operation: { type: 'int8', versions: '0+' },
    permissionType: { type: 'int8', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
    resources: {
      type: '[]struct',
      versions: '0+',
      fields: {
        resourceType: { type: 'int8', versions: '0+' },
        resourceName: { type: 'string', versions: '0+' },
        patternType: { type: 'int8', versions: '1+', default: 3 },
        acls: {
          type: '[]struct',
          versions: '0+',
          fields: {
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

export type DescribeAclsRequest = RequestOf<typeof describeAclsApi>;
export type DescribeAclsResponse = ResponseOf<typeof describeAclsApi>;
