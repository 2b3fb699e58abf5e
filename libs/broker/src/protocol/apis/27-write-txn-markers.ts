import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Ends transactions in the partitions that they wrote to: sent by coordinators, and by an operator who aborts a transaction
 * that no coordinator knows any more (KIP-664).
 *
 * - 1: flexible. 2: the transactions' version (KIP-1228).
 */
export const writeTxnMarkersApi = defineApi({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: '1-2',
  flexibleVersions: '1+',
  request: {
    markers: {
      type: '[]struct',
      versions: '0+',
      fields: {
        producerId: { type: 'int64', versions: '0+' },
        producerEpoch: { type: 'int16', versions: '0+' },
        transactionResult: { type: 'bool', versions: '0+' },
        topics: {
          type: '[]struct',
          versions: '0+',
          fields: {
            name: { type: 'string', versions: '0+' },
            partitionIndexes: { type: '[]int32', versions: '0+' },
          },
        },
        coordinatorEpoch: { type: 'int32', versions: '0+' },
        transactionVersion: { type: 'int8', versions: '2+', default: 0 },
      },
    },
  },
  response: {
    markers: {
      type: '[]struct',
      versions: '0+',
      fields: {
        producerId: { type: 'int64', versions: '0+' },
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
              },
            },
          },
        },
      },
    },
  },
});

export type WriteTxnMarkersRequest = RequestOf<typeof writeTxnMarkersApi>;
export type WriteTxnMarkersResponse = ResponseOf<typeof writeTxnMarkersApi>;
