import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/** State, producer and partitions of transactional ids (KIP-664). */
export const describeTransactionsApi = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexibleVersions: '0+',
  request: {
    transactionalIds: { type: '[]string', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    transactionStates: {
      type: '[]struct',
      versions: '0+',
      fields: {
        errorCode: { type: 'int16', versions: '0+' },
        transactionalId: { type: 'string', versions: '0+' },
        transactionState: { type: 'string', versions: '0+' },
        transactionTimeoutMs: { type: 'int32', versions: '0+' },
        transactionStartTimeMs: { type: 'int64', versions: '0+' },
        producerId: { type: 'int64', versions: '0+' },
        producerEpoch: { type: 'int16', versions: '0+' },
        topics: {
          type: '[]struct',
          versions: '0+',
          fields: {
            topic: { type: 'string', versions: '0+' },
            partitions: { type: '[]int32', versions: '0+' },
          },
        },
      },
    },
  },
});

export type DescribeTransactionsRequest = RequestOf<typeof describeTransactionsApi>;
export type DescribeTransactionsResponse = ResponseOf<typeof describeTransactionsApi>;
