import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Creates topics.
 *
 * - 1: `validateOnly`. 4: partitions and replicas may be left to the broker with -1 (KIP-464).
 * - 5: flexible; the new topic's configs (KIP-525). 7: its id (KIP-516).
 */
export const createTopicsApi = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '0-7',
  flexibleVersions: '5+',
  request: {
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        numPartitions: { type: 'int32', versions: '0+' },
        replicationFactor: { type: 'int16', versions: '0+' },
        assignments: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
            brokerIds: { type: '[]int32', versions: '0+' },
          },
        },
        configs: {
          type: '[]struct',
          versions: '0+',
          fields: {
            name: { type: 'string', versions: '0+' },
            value: { type: 'string', versions: '0+', nullable: '0+' },
          },
        },
      },
    },
    timeoutMs: { type: 'int32', versions: '0+', default: 60000 },
    validateOnly: { type: 'bool', versions: '1+', default: false },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '2+', default: 0 },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        topicId: { type: 'uuid', versions: '7+', default: ZERO_UUID },
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '1+', nullable: '0+', default: null },
        topicConfigErrorCode: { type: 'int16', versions: '5+', tag: 0, default: 0 },
        numPartitions: { type: 'int32', versions: '5+', default: -1 },
        replicationFactor: { type: 'int16', versions: '5+', default: -1 },
        configs: {
          type: '[]struct',
          versions: '5+',
          nullable: '5+',
          default: [],
          fields: {
            name: { type: 'string', versions: '5+' },
            value: { type: 'string', versions: '5+', nullable: '5+' },
            readOnly: { type: 'bool', versions: '5+' },
            configSource: { type: 'int8', versions: '5+', default: -1 },
            isSensitive: { type: 'bool', versions: '5+' },
          },
        },
      },
    },
  },
});

export type CreateTopicsRequest = RequestOf<typeof createTopicsApi>;
export type CreateTopicsResponse = ResponseOf<typeof createTopicsApi>;
