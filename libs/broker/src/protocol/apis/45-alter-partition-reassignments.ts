import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Starts moves of partitions to other replicas, or ends them where `replicas` is null (KIP-455).
 *
 * - 1: may forbid a change of the replication factor (KIP-860).
 */
export const alterPartitionReassignmentsApi = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0-1',
  flexibleVersions: '0+',
  request: {
    timeoutMs: { type: 'int32', versions: '0+', default: 60000 },
    allowReplicationFactorChange: { type: 'bool', versions: '1+', default: true },
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
            replicas: { type: '[]int32', versions: '0+', nullable: '0+', default: null },
          },
        },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    allowReplicationFactorChange: { type: 'bool', versions: '1+', default: true },
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
    responses: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
            errorCode: { type: 'int16', versions: '0+' },
            errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
          },
        },
      },
    },
  },
});

export type AlterPartitionReassignmentsRequest = RequestOf<typeof alterPartitionReassignmentsApi>;
export type AlterPartitionReassignmentsResponse = ResponseOf<typeof alterPartitionReassignmentsApi>;
