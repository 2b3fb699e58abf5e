import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

const topics = {
  name: { type: 'string', versions: '0+' },
  partitions: { type: '[]int32', versions: '0+' },
} as const;

const topicResults = {
  name: { type: 'string', versions: '0+' },
  resultsByPartition: {
    type: '[]struct',
    versions: '0+',
    fields: {
      partitionIndex: { type: 'int32', versions: '0+' },
      partitionErrorCode: { type: 'int16', versions: '0+' },
    },
  },
} as const;

/**
 * Takes partitions into a producer's transaction (KIP-98). Clients use up to version 3; brokers verify and add with 4 and 5.
 *
 * - 2: PRODUCER_FENCED (KIP-588). 3: flexible. 4: several transactions, and verification only (KIP-890).
 * - 5: TRANSACTION_ABORTABLE.
 */
export const addPartitionsToTxnApi = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexibleVersions: '3+',
  request: {
    transactions: {
      type: '[]struct',
      versions: '4+',
      default: [],
      fields: {
        transactionalId: { type: 'string', versions: '4+' },
        producerId: { type: 'int64', versions: '4+' },
        producerEpoch: { type: 'int16', versions: '4+' },
        verifyOnly: { type: 'bool', versions: '4+', default: false },
        topics: { type: '[]struct', versions: '4+', fields: topics },
      },
    },
    v3AndBelowTransactionalId: { type: 'string', versions: '0-3', default: '' },
    v3AndBelowProducerId: { type: 'int64', versions: '0-3', default: 0 },
    v3AndBelowProducerEpoch: { type: 'int16', versions: '0-3', default: 0 },
    v3AndBelowTopics: { type: '[]struct', versions: '0-3', default: [], fields: topics },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '4+', default: 0 },
    resultsByTransaction: {
      type: '[]struct',
      versions: '4+',
      default: [],
      fields: {
        transactionalId: { type: 'string', versions: '4+' },
        topicResults: { type: '[]struct', versions: '4+', fields: topicResults },
      },
    },
    resultsByTopicV3AndBelow: { type: '[]struct', versions: '0-3', default: [], fields: topicResults },
  },
});

export type AddPartitionsToTxnRequest = RequestOf<typeof addPartitionsToTxnApi>;
export type AddPartitionsToTxnResponse = ResponseOf<typeof addPartitionsToTxnApi>;
