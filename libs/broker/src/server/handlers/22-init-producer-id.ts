import { ErrorCode, initProducerIdApi, KafkaError } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/**
 * InitProducerId (key 22): a producer id for an idempotent producer (KIP-98). v3 lets it name the id that it had (KIP-360);
 * without transactions it is given a new one all the same, as Kafka does. A transactional id is refused: transactions are
 * not served yet.
 */
export const initProducerIdHandler = defineHandler(initProducerIdApi, async (request, { broker, connection }) => {
  if (request.transactionalId !== null) {
    broker.log(`refused a transactional producer of ${connection.remoteAddress}: transactions are not served yet`);
    return { errorCode: ErrorCode.INVALID_REQUEST, producerId: -1, producerEpoch: -1 };
  }
  // Both or neither: only a transactional producer goes on with an id that it has.
  if ((request.producerId === -1) !== (request.producerEpoch === -1))
    return { errorCode: ErrorCode.INVALID_REQUEST, producerId: -1, producerEpoch: -1 };
  try {
    return { errorCode: ErrorCode.NONE, producerId: await broker.metadata.allocateProducerId(), producerEpoch: 0 };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { errorCode: error.code, producerId: -1, producerEpoch: -1 };
  }
});
