import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Reads batches, waiting up to `maxWaitMs` until `minBytes` are there.
 *
 * Version 4 is the first whose readers understand message format 2.
 *
 * - 5: log start offsets. 7: incremental fetch sessions (KIP-227). 9: leader epochs (KIP-320). 10: zstd (KIP-110).
 * - 11: rack of the reader (KIP-392). 12: flexible; last fetched epoch (KIP-595). 13: topic ids replace names
 *   (KIP-516).
 * - 15: the replica's state replaces its id (KIP-903). 16: leader's endpoints (KIP-951). 17: directory ids (KIP-853).
 * - 18: the replica's high watermark (KIP-1166).
 */
export const fetchApi = defineApi({
  key: 1,
  name: 'Fetch',
  versions: '4-18',
  flexibleVersions: '12+',
  request: {
    clusterId: { type: 'string', versions: '12+', nullable: '12+', tag: 0, default: null },
    replicaId: { type: 'int32', versions: '0-14', default: -1 },
    replicaState: {
      type: 'struct',
      versions: '15+',
      tag: 1,
      default: {},
      fields: {
        replicaId: { type: 'int32', versions: '15+', default: -1 },
        replicaEpoch: { type: 'int64', versions: '15+', default: -1 },
      },
    },
    maxWaitMs: { type: 'int32', versions: '0+' },
    minBytes: { type: 'int32', versions: '0+' },
    maxBytes: { type: 'int32', versions: '3+', default: 0x7fffffff },
    isolationLevel: { type: 'int8', versions: '4+', default: 0 },
    sessionId: { type: 'int32', versions: '7+', default: 0 },
    sessionEpoch: { type: 'int32', versions: '7+', default: -1 },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topic: { type: 'string', versions: '0-12', default: '' },
        topicId: { type: 'uuid', versions: '13+', default: ZERO_UUID },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partition: { type: 'int32', versions: '0+' },
            currentLeaderEpoch: { type: 'int32', versions: '9+', default: -1 },
            fetchOffset: { type: 'int64', versions: '0+' },
            lastFetchedEpoch: { type: 'int32', versions: '12+', default: -1 },
            logStartOffset: { type: 'int64', versions: '5+', default: -1 },
            partitionMaxBytes: { type: 'int32', versions: '0+' },
            replicaDirectoryId: { type: 'uuid', versions: '17+', tag: 0, default: ZERO_UUID },
            highWatermark: { type: 'int64', versions: '18+', tag: 1, default: Number.MAX_SAFE_INTEGER },
          },
        },
      },
    },
    forgottenTopicsData: {
      type: '[]struct',
      versions: '7+',
      default: [],
      fields: {
        topic: { type: 'string', versions: '7-12', default: '' },
        topicId: { type: 'uuid', versions: '13+', default: ZERO_UUID },
        partitions: { type: '[]int32', versions: '7+' },
      },
    },
    rackId: { type: 'string', versions: '11+', default: '' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    errorCode: { type: 'int16', versions: '7+', default: 0 },
    sessionId: { type: 'int32', versions: '7+', default: 0 },
    responses: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topic: { type: 'string', versions: '0-12', default: '' },
        topicId: { type: 'uuid', versions: '13+', default: ZERO_UUID },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
            errorCode: { type: 'int16', versions: '0+' },
            highWatermark: { type: 'int64', versions: '0+' },
            lastStableOffset: { type: 'int64', versions: '4+', default: -1 },
            logStartOffset: { type: 'int64', versions: '5+', default: -1 },
            divergingEpoch: {
              type: 'struct',
              versions: '12+',
              tag: 0,
              default: {},
              fields: {
                epoch: { type: 'int32', versions: '12+', default: -1 },
                endOffset: { type: 'int64', versions: '12+', default: -1 },
              },
            },
            currentLeader: {
              type: 'struct',
              versions: '12+',
              tag: 1,
              default: {},
              fields: {
                leaderId: { type: 'int32', versions: '12+', default: -1 },
                leaderEpoch: { type: 'int32', versions: '12+', default: -1 },
              },
            },
            snapshotId: {
              type: 'struct',
              versions: '12+',
              tag: 2,
              default: {},
              fields: {
                endOffset: { type: 'int64', versions: '0+', default: -1 },
                epoch: { type: 'int32', versions: '0+', default: -1 },
              },
            },
            abortedTransactions: {
              type: '[]struct',
              versions: '4+',
              nullable: '4+',
              default: null,
              fields: {
                producerId: { type: 'int64', versions: '4+' },
                firstOffset: { type: 'int64', versions: '4+' },
              },
            },
            preferredReadReplica: { type: 'int32', versions: '11+', default: -1 },
            records: { type: 'records', versions: '0+', nullable: '0+' },
          },
        },
      },
    },
    nodeEndpoints: {
      type: '[]struct',
      versions: '16+',
      tag: 0,
      default: [],
      fields: {
        nodeId: { type: 'int32', versions: '16+' },
        host: { type: 'string', versions: '16+' },
        port: { type: 'int32', versions: '16+' },
        rack: { type: 'string', versions: '16+', nullable: '16+', default: null },
      },
    },
  },
});

export type FetchRequest = RequestOf<typeof fetchApi>;
export type FetchResponse = ResponseOf<typeof fetchApi>;
