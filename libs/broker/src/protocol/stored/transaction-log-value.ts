import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/**
 * Value of a transactional id in `__transaction_state`, behind its version as an int16. A null value forgets the id.
 *
 * Version 1 is flexible; its tagged fields are those of transactions V2 (KIP-890).
 */
export const transactionLogValue = defineMessage({
  key: 0,
  name: 'TransactionLogValue',
  versions: '0-1',
  flexibleVersions: '1+',
  fields: {
    producerId: { type: 'int64', versions: '0+' },
    previousProducerId: { type: 'int64', versions: '1+', tag: 0, default: -1 },
    nextProducerId: { type: 'int64', versions: '1+', tag: 1, default: -1 },
    producerEpoch: { type: 'int16', versions: '0+' },
    nextProducerEpoch: { type: 'int16', versions: '1+', tag: 3, default: -1 },
    transactionTimeoutMs: { type: 'int32', versions: '0+' },
    transactionStatus: { type: 'int8', versions: '0+' },
    transactionPartitions: {
      type: '[]struct',
      versions: '0+',
      nullable: '0+',
      fields: {
        topic: { type: 'string', versions: '0+' },
        partitionIds: { type: '[]int32', versions: '0+' },
      },
    },
    transactionLastUpdateTimestampMs: { type: 'int64', versions: '0+' },
    transactionStartTimestampMs: { type: 'int64', versions: '0+' },
    clientTransactionVersion: { type: 'int16', versions: '1+', tag: 2, default: 0 },
  },
});

export type TransactionLogValue = MessageOf<typeof transactionLogValue>;
