import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Stores offsets of a group that count when the producer's transaction is committed (KIP-98).
 *
 * - 2: leader epochs. 3: flexible; member and generation (KIP-447). 4: TRANSACTION_ABORTABLE (KIP-890).
 * - 5: transactions V2: takes the group into the transaction too.
 */
export const txnOffsetCommitApi = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexibleVersions: '3+',
  request: {
    transactionalId: { type: 'string', versions: '0+' },
    groupId: { type: 'string', versions: '0+' },
    producerId: { type: 'int64', versions: '0+' },
    producerEpoch: { type: 'int16', versions: '0+' },
    generationId: { type: 'int32', versions: '3+', default: -1 },
    memberId: { type: 'string', versions: '3+', default: '' },
    groupInstanceId: { type: 'string', versions: '3+', nullable: '3+', default: null },
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
            committedOffset: { type: 'int64', versions: '0+' },
            committedLeaderEpoch: { type: 'int32', versions: '2+', default: -1 },
            committedMetadata: { type: 'string', versions: '0+', nullable: '0+' },
          },
        },
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
          },
        },
      },
    },
  },
});

export type TxnOffsetCommitRequest = RequestOf<typeof txnOffsetCommitApi>;
export type TxnOffsetCommitResponse = ResponseOf<typeof txnOffsetCommitApi>;
