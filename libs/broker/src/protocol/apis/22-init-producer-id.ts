import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Gives a producer its id and epoch (KIP-98).
 *
 * - 2: flexible. 3: a producer may ask for the next epoch of the id that it has (KIP-360). 4: PRODUCER_FENCED
 *   (KIP-588).
 * - 5: TRANSACTION_ABORTABLE (KIP-890).
 */
export const initProducerIdApi = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexibleVersions: '2+',
  request: {
    transactionalId: { type: 'string', versions: '0+', nullable: '0+' },
    transactionTimeoutMs: { type: 'int32', versions: '0+' },
    producerId: { type: 'int64', versions: '3+', default: -1 },
    producerEpoch: { type: 'int16', versions: '3+', default: -1 },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '0+', default: 0 },
    errorCode: { type: 'int16', versions: '0+' },
    producerId: { type: 'int64', versions: '0+', default: -1 },
    producerEpoch: { type: 'int16', versions: '0+' },
  },
});

export type InitProducerIdRequest = RequestOf<typeof initProducerIdApi>;
export type InitProducerIdResponse = ResponseOf<typeof initProducerIdApi>;
