import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists quotas of users, clients and addresses that match (KIP-546).
 *
 * - 1: flexible.
 */
export const describeClientQuotasApi = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexibleVersions: '1+',
  request: {
    components: {
      type: '[]struct',
      versions: '0+',
      fields: {
        entityType: { type: 'string', versions: '0+' },
        matchType: { type: 'int8', versions: '0+' },
        match: { type: 'string', versions: '0+', nullable: '0+' },
      },
    },
    strict: { type: 'bool', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
    entries: {
      type: '[]struct',
      versions: '0+',
      nullable: '0+',
      fields: {
        entity: {
          type: '[]struct',
          versions: '0+',
          fields: {
            entityType: { type: 'string', versions: '0+' },
            entityName: { type: 'string', versions: '0+', nullable: '0+' },
          },
        },
        values: {
          type: '[]struct',
          versions: '0+',
          fields: {
            key: { type: 'string', versions: '0+' },
            value: { type: 'float64', versions: '0+' },
          },
        },
      },
    },
  },
});

export type DescribeClientQuotasRequest = RequestOf<typeof describeClientQuotasApi>;
export type DescribeClientQuotasResponse = ResponseOf<typeof describeClientQuotasApi>;
