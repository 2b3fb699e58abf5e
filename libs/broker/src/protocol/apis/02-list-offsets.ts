import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Finds offsets by time. `timestamp` is in milliseconds since 1970, or
 *
 * -1 for the end, -2 for the start, -3 for the record with the highest timestamp (v7, KIP-734), -4 for the start of the
 * local log (v8, KIP-405), -5 for the end of what is tiered (v9, KIP-1005), -6 for the first offset to be tiered (v11,
 * KIP-1023).
 *
 * - 2: isolation level. 4: leader epochs (KIP-320). 6: flexible. 10: a time limit for remote lookups (KIP-1075).
 */
export const listOffsetsApi = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexibleVersions: '6+',
  request: {
    replicaId: { type: 'int32', versions: '0+' },
    isolationLevel: { type: 'int8', versions: '2+', default: 0 },
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
            currentLeaderEpoch: { type: 'int32', versions: '4+', default: -1 },
            timestamp: { type: 'int64', versions: '0+' },
          },
        },
      },
    },
    timeoutMs: { type: 'int32', versions: '10+', default: 0 },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '2+', default: 0 },
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
            errorCode: { type: 'int16', versions: '0+' },
            timestamp: { type: 'int64', versions: '1+', default: -1 },
            offset: { type: 'int64', versions: '1+', default: -1 },
            leaderEpoch: { type: 'int32', versions: '4+', default: -1 },
          },
        },
      },
    },
  },
});

export type ListOffsetsRequest = RequestOf<typeof listOffsetsApi>;
export type ListOffsetsResponse = ResponseOf<typeof listOffsetsApi>;
