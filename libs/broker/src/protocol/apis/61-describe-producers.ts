import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/** The idempotent producers that partitions remember, with their open transactions (KIP-664). */
export const describeProducersApi = defineApi({
  key: 61,
  name: 'DescribeProducers',
  versions: '0',
  flexibleVersions: '0+',
  request: {
    topics: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+' },
        partitionIndexes: { type: '[]int32', versions: '0+' },
      },
    },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
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
            errorMessage: { type: 'string', versions: '0+', nullable: '0+', default: null },
            activeProducers: {
              type: '[]struct',
              versions: '0+',
              fields: {
                producerId: { type: 'int64', versions: '0+' },
                producerEpoch: { type: 'int32', versions: '0+' },
                lastSequence: { type: 'int32', versions: '0+', default: -1 },
                lastTimestamp: { type: 'int64', versions: '0+', default: -1 },
                coordinatorEpoch: { type: 'int32', versions: '0+' },
                currentTxnStartOffset: { type: 'int64', versions: '0+', default: -1 },
              },
            },
          },
        },
      },
    },
  },
});

export type DescribeProducersRequest = RequestOf<typeof describeProducersApi>;
export type DescribeProducersResponse = ResponseOf<typeof describeProducersApi>;
