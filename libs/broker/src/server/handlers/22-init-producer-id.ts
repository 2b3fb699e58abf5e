import { ErrorCode, initProducerIdApi, KafkaError } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/**
 * InitProducerId (key 22): a producer id for an idempotent producer (KIP-98). v3 lets it name the id that it had (KIP-360);
 * without transactions it is given a new one all the same, as Kafka does. A transactional id makes the coordinator fence
 * earlier producers with it.
 */
export const initProducerIdHandler = defineHandler(initProducerIdApi, async (request, { broker, apiVersion }) => {
  // Both or neither: only a transactional producer goes on with an id that it has.
  if ((request.producerId === -1) !== (request.producerEpoch === -1))
    return { errorCode: ErrorCode.INVALID_REQUEST, producerId: -1, producerEpoch: -1 };
  if (request.transactionalId !== null) {
    const transactions = await broker.transactions.get();
    return transactions.initProducerId(request, apiVersion);
  }
  try {
    return { errorCode: ErrorCode.NONE, producerId: await broker.metadata.allocateProducerId(), producerEpoch: 0 };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { errorCode: error.code, producerId: -1, producerEpoch: -1 };
  }
});
