/** Takes partitions into a transaction, which begins with the first of them; or looks whether they are in it. */
import { ErrorCode } from '../../protocol/index.ts';
import {
  includesAll,
  union,
  type TopicPartitions,
  type TransactionMetadata,
  type TransactionVersion,
} from '../transaction-metadata.ts';
import { isPrepared, TransactionState } from '../transaction-state.ts';
import { type Decision, refuse } from './decision.ts';

/** Who asks: a producer by its id and epoch. */
export interface ProducerName {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export function addPartitions(
  known: TransactionMetadata | undefined,
  producer: ProducerName,
  partitions: TopicPartitions,
  clientVersion: TransactionVersion,
  nowMs: number,
): Decision {
  const errorCode = producerError(known, producer);
  if (known === undefined || errorCode !== ErrorCode.NONE) return refuse(errorCode);
  const isOngoing = known.state === TransactionState.Ongoing;
  if (isOngoing && includesAll(known.partitions, partitions)) return { kind: 'keep', metadata: known };
  const metadata = {
    ...known,
    state: TransactionState.Ongoing,
    partitions: union(known.partitions, partitions),
    startMs: isOngoing ? known.startMs : nowMs,
    updatedMs: nowMs,
    clientVersion,
  };
  return { kind: 'change', metadata };
}

/** Of one partition: NONE when it is in the running transaction. */
export function verifyPartition(
  known: TransactionMetadata | undefined,
  producer: ProducerName,
  topic: string,
  partition: number,
): ErrorCode {
  const errorCode = producerError(known, producer);
  if (errorCode !== ErrorCode.NONE) return errorCode;
  return known?.partitions.get(topic)?.has(partition) === true ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
}

function producerError(known: TransactionMetadata | undefined, producer: ProducerName): ErrorCode {
  if (known === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  // Judged first: the end of a transaction may change id and epoch (KIP-890), and who has the next one already is to come again.
  const isNext = isPrepared(known.state) && known.nextProducerId === producer.producerId;
  if (isNext) return ErrorCode.CONCURRENT_TRANSACTIONS;
  if (known.producerId !== producer.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (known.producerEpoch !== producer.producerEpoch) return ErrorCode.PRODUCER_FENCED;
  return isPrepared(known.state) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
}
