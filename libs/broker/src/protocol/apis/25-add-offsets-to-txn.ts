import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Takes a group's offsets into a producer's transaction (KIP-98).
 *
 * - 2: PRODUCER_FENCED (KIP-588). 3: flexible. 4: TRANSACTION_ABORTABLE (KIP-890).
 */
export const addOffsetsToTxnApi = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexibleVersions: '3+',
  request: {
    transactionalId: { type: 'string', versions: '0+' },
    producerId: { type: 'int64', versions: '0+' },
    producerEpoch: { type: 'int16', versions: '0+' },
    groupId: { type: 'string', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
  },
});

export type AddOffsetsToTxnRequest = RequestOf<typeof addOffsetsToTxnApi>;
export type AddOffsetsToTxnResponse = ResponseOf<typeof addOffsetsToTxnApi>;
