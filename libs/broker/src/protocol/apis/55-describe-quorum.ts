import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Describes the voters and observers of the metadata log (KIP-595).
 *
 * - 1: when each fetched and was caught up (KIP-836). 2: messages, directories of replicas, addresses of the voters (KIP-853).
 */
export const describeQuorumApi = defineApi({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexibleVersions: '0+',
  request: {
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topicName: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
          },
        },
      },
    },
  },
  response: {
    errorCode: { type: 'int16', versions: '0+' },
    errorMessage: { type: 'string', versions: '2+', nullable: '2+', default: null },
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topicName: { type: 'string', versions: '0+' },
        partitions: {
          type: '[]struct',
          versions: '0+',
          fields: {
            partitionIndex: { type: 'int32', versions: '0+' },
            errorCode: { type: 'int16', versions: '0+' },
            errorMessage: { type: 'string', versions: '2+', nullable: '2+', default: null },
            leaderId: { type: 'int32', versions: '0+' },
            leaderEpoch: { type: 'int32', versions: '0+' },
            highWatermark: { type: 'int64', versions: '0+' },
            currentVoters: {
              type: '[]struct',
              versions: '0+',
              fields: {
                replicaId: { type: 'int32', versions: '0+' },
                replicaDirectoryId: { type: 'uuid', versions: '2+', default: ZERO_UUID },
                logEndOffset: { type: 'int64', versions: '0+' },
                lastFetchTimestamp: { type: 'int64', versions: '1+', default: -1 },
                lastCaughtUpTimestamp: { type: 'int64', versions: '1+', default: -1 },
              },
            },
            observers: {
              type: '[]struct',
              versions: '0+',
              fields: {
                replicaId: { type: 'int32', versions: '0+' },
                replicaDirectoryId: { type: 'uuid', versions: '2+', default: ZERO_UUID },
                logEndOffset: { type: 'int64', versions: '0+' },
                lastFetchTimestamp: { type: 'int64', versions: '1+', default: -1 },
                lastCaughtUpTimestamp: { type: 'int64', versions: '1+', default: -1 },
              },
            },
          },
        },
      },
    },
    nodes: {
      type: '[]struct',
      versions: '2+',
      default: [],
      fields: {
        nodeId: { type: 'int32', versions: '2+' },
        listeners: {
          type: '[]struct',
          versions: '2+',
          fields: {
            name: { type: 'string', versions: '2+' },
            host: { type: 'string', versions: '2+' },
            port: { type: 'uint16', versions: '2+' },
          },
        },
      },
    },
  },
});

export type DescribeQuorumRequest = RequestOf<typeof describeQuorumApi>;
export type DescribeQuorumResponse = ResponseOf<typeof describeQuorumApi>;
