import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Asks for the preferred replica, or any live one, to lead partitions; null means every partition.
 *
 * - 1: kinds of election (KIP-460) and an error for the whole. 2: flexible.
 */
export const electLeadersApi = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexibleVersions: '2+',
  request: {
    electionType: { type: 'int8', versions: '1+', default: 0 },
    topicPartitions: {
      type: '[]struct',
      versions: '0+',
      nullable: '0+',
      fields: {
        topic: { type: 'string', versions: '0+' },
        partitions: { type: '[]int32', versions: '0+' },
      },
    },
    timeoutMs: { type: 'int32', versions: '0+', default: 60000 },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '1+', default: 0 },
    replicaElectionResults: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topic: { type: 'string', versions: '0+' },
        partitionResult: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionId: { type: 'int32', versions: '0+' },
            errorCode: { type: 'int16', versions: '0+' },
            errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
          },
        },
      },
    },
  },
});

export type ElectLeadersRequest = RequestOf<typeof electLeadersApi>;
export type ElectLeadersResponse = ResponseOf<typeof electLeadersApi>;
