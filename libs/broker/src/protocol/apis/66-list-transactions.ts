import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Lists transactional ids (KIP-664).
 *
 * - 1: by how long the transaction runs (KIP-994). 2: by a pattern of the id (KIP-1152).
 */
export const listTransactionsApi = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexibleVersions: '0+',
  request: {
    stateFilters: { type: '[]string', versions: '0+' },
    producerIdFilters: { type: '[]int64', versions: '0+' },
    durationFilter: { type: 'int64', versions: '1+', default: -1 },
    transactionalIdPattern: { type: 'string', versions: '2+', nullable: '2+', default: null },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    unknownStateFilters: { type: '[]string', versions: '0+' },
    transactionStates: {
      type: '[]struct',
      versions: '0+',
      fields: {
        transactionalId: { type: 'string', versions: '0+' },
        producerId: { type: 'int64', versions: '0+' },
        transactionState: { type: 'string', versions: '0+' },
      },
    },
  },
});

export type ListTransactionsRequest = RequestOf<typeof listTransactionsApi>;
export type ListTransactionsResponse = ResponseOf<typeof listTransactionsApi>;
