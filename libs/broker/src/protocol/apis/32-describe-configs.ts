import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Reads configs of topics (`resourceType` 2) and brokers (4, 8 for loggers). Null keys mean all.
 *
 * `configSource`: 1 topic, 2 dynamic broker, 3 dynamic default of all brokers, 4 static broker, 5 default, 6 dynamic
 * logger.
 *
 * - 1: sources and synonyms (KIP-226). 3: types and documentation (KIP-569). 4: flexible.
 */
export const describeConfigsApi = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: '1-4',
  flexibleVersions: '4+',
  request: {
    resources: {
      type: '[]struct',
      versions: '0+',
      fields: {
        resourceType: { type: 'int8', versions: '0+' },
        resourceName: { type: 'string', versions: '0+' },
        configurationKeys: { type: '[]string', versions: '0+', nullable: '0+' },
      },
    },
    includeSynonyms: { type: 'bool', versions: '1+', default: false },
    includeDocumentation: { type: 'bool', versions: '3+', default: false },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    results: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '0+', nullable: '0+' },
        resourceType: { type: 'int8', versions: '0+' },
        resourceName: { type: 'string', versions: '0+' },
        configs: {
          type: '[]struct',
          versions: '0+',
          fields: {
            name: { type: 'string', versions: '0+' },
            value: { type: 'string', versions: '0+', nullable: '0+' },
            readOnly: { type: 'bool', versions: '0+' },
            configSource: { type: 'int8', versions: '1+', default: -1 },
            isSensitive: { type: 'bool', versions: '0+' },
            synonyms: {
              type: '[]struct',
              versions: '1+',
              fields: {
                name: { type: 'string', versions: '1+' },
                value: { type: 'string', versions: '1+', nullable: '0+' },
                source: { type: 'int8', versions: '1+' },
              },
            },
            configType: { type: 'int8', versions: '3+', default: 0 },
            documentation: { type: 'string', versions: '3+', nullable: '0+', default: null },
          },
        },
      },
    },
  },
});

export type DescribeConfigsRequest = RequestOf<typeof describeConfigsApi>;
export type DescribeConfigsResponse = ResponseOf<typeof describeConfigsApi>;
