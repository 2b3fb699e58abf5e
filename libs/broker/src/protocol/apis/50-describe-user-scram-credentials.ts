import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists which SCRAM credentials users have; null or no users means all (KIP-554).
 */
export const describeUserScramCredentialsApi = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexibleVersions: '0+',
  request: {
    users: {
      type: '[]struct',
      versions: '0+',
      nullable: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
    results: {
      type: '[]struct',
      versions: '0+',
      fields: {
        user: { type: 'string', versions: '0+' },
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
        credentialInfos: {
          type: '[]struct',
          versions: '0+',
          fields: {
            mechanism: { type: 'int8', versions: '0+' },
            iterations: { type: 'int32', versions: '0+' },
          },
        },
      },
    },
  },
});

export type DescribeUserScramCredentialsRequest = RequestOf<typeof describeUserScramCredentialsApi>;
export type DescribeUserScramCredentialsResponse = ResponseOf<typeof describeUserScramCredentialsApi>;
