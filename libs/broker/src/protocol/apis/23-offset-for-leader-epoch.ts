import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Finds where a leader epoch ends, so that a reader can see whether its log was truncated (KIP-320).
 *
 * - 3: the asking replica. 4: flexible.
 */
export const offsetForLeaderEpochApi = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '2-4',
  flexibleVersions: '4+',
  request: {
    replicaId: { type: 'int32', versions: '3+', default: -2 },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topic: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partition: { type: 'int32', versions: '0+' },
            currentLeaderEpoch: { type: 'int32', versions: '2+', default: -1 },
            leaderEpoch: { type: 'int32', versions: '0+' },
          },
        },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '2+', default: 0 },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topic: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            errorCode: { type: 'int16', versions: '0+' },
            partition: { type: 'int32', versions: '0+' },
            leaderEpoch: { type: 'int32', versions: '1+', default: -1 },
            endOffset: { type: 'int64', versions: '0+', default: -1 },
          },
        },
      },
    },
  },
});

export type OffsetForLeaderEpochRequest = RequestOf<typeof offsetForLeaderEpochApi>;
export type OffsetForLeaderEpochResponse = ResponseOf<typeof offsetForLeaderEpochApi>;
