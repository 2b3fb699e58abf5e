import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Commits or aborts a producer's transaction (KIP-98).
 *
 * - 2: PRODUCER_FENCED (KIP-588). 3: flexible. 4: TRANSACTION_ABORTABLE (KIP-890).
 * - 5: transactions V2: the answer carries the producer's id and epoch for its next transaction.
 */
export const endTxnApi = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexibleVersions: '3+',
  request: {
    transactionalId: { type: 'string', versions: '0+' },
    producerId: { type: 'int64', versions: '0+' },
    producerEpoch: { type: 'int16', versions: '0+' },
    committed: { type: 'bool', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    producerId: { type: 'int64', versions: '5+', default: -1 },
    producerEpoch: { type: 'int16', versions: '5+', default: -1 },
  },
});

export type EndTxnRequest = RequestOf<typeof endTxnApi>;
export type EndTxnResponse = ResponseOf<typeof endTxnApi>;
