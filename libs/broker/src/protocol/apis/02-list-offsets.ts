import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/** @@DOC ListOffsets */
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
