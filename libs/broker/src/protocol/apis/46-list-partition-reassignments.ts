import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists the moves of partitions that are under way; null topics means all (KIP-455).
 */
export const listPartitionReassignmentsApi = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexibleVersions: '0+',
  request: {
    timeoutMs: { type: 'int32', versions: '0+', default: 60000 },
    topics: {
      type: '[]struct',
      versions: '0+',
      nullable: '0+',
      default: null,
      fields: {
        name: { type: 'string', versions: '0+' },
        partitionIndexes: { type: '[]int32', versions: '0+' },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
            replicas: { type: '[]int32', versions: '0+' },
            addingReplicas: { type: '[]int32', versions: '0+' },
            removingReplicas: { type: '[]int32', versions: '0+' },
          },
        },
      },
    },
  },
});

export type ListPartitionReassignmentsRequest = RequestOf<typeof listPartitionReassignmentsApi>;
export type ListPartitionReassignmentsResponse = ResponseOf<typeof listPartitionReassignmentsApi>;
