import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Names the brokers, and topics with their partitions and leaders.
 *
 * All topics are asked for by null, in version 0 by an empty list.
 *
 * - 1: controller, rack, internal topics. 2: cluster id. 4: whether to create missing topics. 5: offline replicas.
 * - 7: leader epochs. 8: authorized operations (KIP-430). 9: flexible.
 * - 10: topic ids (KIP-516). 12: topics can be asked for by id. 13: an error for the whole response (KIP-1102).
 */
export const metadataApi = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexibleVersions: '9+',
  request: {
    topics: {
      type: '[]struct',
      versions: '0+',
      nullable: '1+',
      fields: {
        topicId: { type: 'uuid', versions: '10+', default: ZERO_UUID },
        name: { type: 'string', versions: '0+', nullable: '10+' },
      },
    },
    allowAutoTopicCreation: { type: 'bool', versions: '4+', default: true },
    includeClusterAuthorizedOperations: { type: 'bool', versions: '8-10', default: false },
    includeTopicAuthorizedOperations: { type: 'bool', versions: '8+', default: false },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '3+', default: 0 },
    brokers: {
      type: '[]struct',
      versions: '0+',
      fields: {
        nodeId: { type: 'int32', versions: '0+' },
        host: { type: 'string', versions: '0+' },
        port: { type: 'int32', versions: '0+' },
        rack: { type: 'string', versions: '1+', nullable: '1+', default: null },
      },
    },
    clusterId: { type: 'string', versions: '2+', nullable: '2+', default: null },
    controllerId: { type: 'int32', versions: '1+', default: -1 },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        name: { type: 'string', versions: '0+', nullable: '12+' },
        topicId: { type: 'uuid', versions: '10+', default: ZERO_UUID },
        isInternal: { type: 'bool', versions: '1+', default: false },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            errorCode: { type: 'int16', versions: '0+' },
            partitionIndex: { type: 'int32', versions: '0+' },
            leaderId: { type: 'int32', versions: '0+' },
            leaderEpoch: { type: 'int32', versions: '7+', default: -1 },
            replicaNodes: { type: '[]int32', versions: '0+' },
            isrNodes: { type: '[]int32', versions: '0+' },
            offlineReplicas: { type: '[]int32', versions: '5+', default: [] },
          },
        },
        topicAuthorizedOperations: { type: 'int32', versions: '8+', default: -2147483648 },
      },
    },
    clusterAuthorizedOperations: { type: 'int32', versions: '8-10', default: -2147483648 },
    errorCode: { type: 'int16', versions: '13+', default: 0 },
  },
});

export type MetadataRequest = RequestOf<typeof metadataApi>;
export type MetadataResponse = ResponseOf<typeof metadataApi>;
