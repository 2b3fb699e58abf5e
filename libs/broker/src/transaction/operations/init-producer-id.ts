/**
 * InitProducerId with a transactional id: gives the producer its id and the next epoch, so that every earlier instance is fenced.
 * A transaction that still runs is aborted first; the producer is told to come again. A producer that recovers from an error
 * names the id and epoch that it has (KIP-360): it goes on unless somebody else was initialized in between.
 */
import { ErrorCode } from '../../protocol/index.ts';
import {
  isEpochExhausted,
  noEpoch,
  noPartitions,
  noProducerId,
  TransactionVersion,
  type TransactionMetadata,
} from '../transaction-metadata.ts';
import { isPrepared, TransactionState } from '../transaction-state.ts';
import { type Decision, refuse } from './decision.ts';

export interface InitRequest {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** What the producer had; -1 for nothing. */
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** An Ongoing transaction is not decided on here: it is aborted first. */
export function initProducerId(
  known: TransactionMetadata | undefined,
  request: InitRequest,
  nowMs: number,
  newProducerId: number | undefined,
): Decision {
  if (known === undefined) {
    return newProducerId === undefined
      ? { kind: 'needsProducerId' }
      : { kind: 'change', metadata: created(request, newProducerId, nowMs) };
  }
  const names = request.producerId !== noProducerId;
  if (names && !mayGoOn(known, request)) return refuse(ErrorCode.PRODUCER_FENCED);
  if (isPrepared(known.state)) return refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
  const empty = {
    ...known,
    state: TransactionState.Empty,
    timeoutMs: request.timeoutMs,
    partitions: noPartitions,
    previousProducerId: known.producerId,
    nextProducerId: noProducerId,
    startMs: -1,
    updatedMs: nowMs,
    clientVersion: TransactionVersion.v0,
  };
  if (isEpochExhausted(known.producerEpoch) && (!names || request.producerEpoch === known.producerEpoch)) {
    if (newProducerId === undefined) return { kind: 'needsProducerId' };
    const lastProducerEpoch = names ? known.producerEpoch : noEpoch;
    return { kind: 'change', metadata: { ...empty, producerId: newProducerId, producerEpoch: 0, lastProducerEpoch } };
  }
  if (names && request.producerEpoch !== known.producerEpoch) {
    // The answer to the last bump was lost; a new instance would have set the last epoch to -1.
    if (request.producerEpoch === known.lastProducerEpoch) return { kind: 'change', metadata: empty };
    return refuse(ErrorCode.PRODUCER_FENCED);
  }
  const lastProducerEpoch = names ? known.producerEpoch : noEpoch;
  return { kind: 'change', metadata: { ...empty, producerEpoch: known.producerEpoch + 1, lastProducerEpoch } };
}

function created({ transactionalId, timeoutMs }: InitRequest, producerId: number, nowMs: number): TransactionMetadata {
  return {
    transactionalId,
    producerId,
    previousProducerId: noProducerId,
    nextProducerId: noProducerId,
    producerEpoch: 0,
    lastProducerEpoch: noEpoch,
    timeoutMs,
    state: TransactionState.Empty,
    partitions: noPartitions,
    startMs: -1,
    updatedMs: nowMs,
    clientVersion: TransactionVersion.v0,
  };
}

function mayGoOn(known: TransactionMetadata, { producerId, producerEpoch }: InitRequest): boolean {
  return (
    producerId === known.producerId || (producerId === known.previousProducerId && isEpochExhausted(producerEpoch))
  );
}
