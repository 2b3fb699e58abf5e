/**
 * EndTxn: decides a transaction. Before KIP-890 the producer's epoch stays; with it (transactions V2) every end takes the next
 * epoch, so that nothing late of this transaction can get into the next one, and a retry is known by the epoch before. When
 * epochs run out, a new producer id takes over once the markers are written.
 */
import { ErrorCode } from '../../protocol/index.ts';
import {
  isEpochExhausted,
  noPartitions,
  noProducerId,
  TransactionVersion,
  type TransactionMetadata,
} from '../transaction-metadata.ts';
import { isPrepared, TransactionState } from '../transaction-state.ts';
import type { ProducerName } from './add-partitions.ts';
import { type Decision, refuse } from './decision.ts';

export interface EndRequest extends ProducerName {
  readonly commit: boolean;
  readonly clientVersion: TransactionVersion;
}

export function endTransaction(
  known: TransactionMetadata | undefined,
  request: EndRequest,
  nowMs: number,
  newProducerId: number | undefined,
): Decision {
  if (known === undefined) return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  return request.clientVersion === TransactionVersion.v2
    ? endNewer(known, request, nowMs, newProducerId)
    : endOlder(known, request, nowMs);
}

/**
 * Aborts a running transaction on the broker's own account, and fences its producer by the next epoch. As in Kafka it counts as an
 * end by the newer rules: a producer of transactions V2 whose time was up may not commit, and learns its epoch when it aborts.
 */
export function fence(
  known: TransactionMetadata | undefined,
  nowMs: number,
  newProducerId: number | undefined,
): Decision {
  if (known === undefined) return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (known.state !== TransactionState.Ongoing) return { kind: 'keep', metadata: known };
  return bump(known, TransactionState.PrepareAbort, nowMs, newProducerId);
}

/** The state when all markers are written. */
export function complete(known: TransactionMetadata, nowMs: number): TransactionMetadata {
  const { state, nextProducerId, producerId, producerEpoch } = known;
  const takesOver = nextProducerId !== noProducerId;
  return {
    ...known,
    state: state === TransactionState.PrepareCommit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort,
    producerId: takesOver ? nextProducerId : producerId,
    previousProducerId: takesOver ? producerId : known.previousProducerId,
    nextProducerId: noProducerId,
    producerEpoch: takesOver ? 0 : producerEpoch,
    partitions: noPartitions,
    updatedMs: nowMs,
  };
}

function endOlder(known: TransactionMetadata, request: EndRequest, nowMs: number): Decision {
  if (known.producerId !== request.producerId) return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (known.producerEpoch !== request.producerEpoch) return refuse(ErrorCode.PRODUCER_FENCED);
  if (known.state !== TransactionState.Ongoing) return judgeRetry(known, request.commit);
  const metadata = {
    ...known,
    state: preparedState(request.commit),
    updatedMs: nowMs,
    clientVersion: TransactionVersion.v0,
  };
  return { kind: 'change', metadata };
}

function endNewer(
  known: TransactionMetadata,
  request: EndRequest,
  nowMs: number,
  newProducerId: number | undefined,
): Decision {
  const { producerId, producerEpoch, commit } = request;
  const isNewer = known.clientVersion === TransactionVersion.v2;
  const isBumped = isNewer && known.producerId === producerId && known.producerEpoch === producerEpoch + 1;
  const isOverflow =
    isNewer &&
    !isPrepared(known.state) &&
    known.previousProducerId === producerId &&
    known.producerEpoch === 0 &&
    isEpochExhausted(producerEpoch);
  if (known.producerId !== producerId && !isOverflow) return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  const isRetry = isBumped || isOverflow;
  if (isRetry && known.state !== TransactionState.Ongoing && known.state !== TransactionState.Empty)
    return judgeRetry(known, commit);
  if (known.producerEpoch !== producerEpoch) return refuse(ErrorCode.PRODUCER_FENCED);
  if (isPrepared(known.state)) {
    return isNewer ? refuse(ErrorCode.PRODUCER_FENCED) : judgeRetry(known, commit);
  }
  const isOngoing = known.state === TransactionState.Ongoing;
  // A transaction without partitions may be aborted: the client cannot know whether one was added.
  if (!isOngoing && commit) return refuse(ErrorCode.INVALID_TXN_STATE);
  return bump({ ...known, startMs: isOngoing ? known.startMs : nowMs }, preparedState(commit), nowMs, newProducerId);
}

/** The end by the newer rules: at the next epoch, and with the next producer id when there is none. */
function bump(
  known: TransactionMetadata,
  state: TransactionState,
  nowMs: number,
  newProducerId: number | undefined,
): Decision {
  const isExhausted = isEpochExhausted(known.producerEpoch);
  if (isExhausted && newProducerId === undefined) return { kind: 'needsProducerId' };
  const metadata = {
    ...known,
    state,
    nextProducerId: isExhausted ? (newProducerId ?? noProducerId) : noProducerId,
    producerEpoch: known.producerEpoch + 1,
    lastProducerEpoch: known.producerEpoch,
    updatedMs: nowMs,
    clientVersion: TransactionVersion.v2,
  };
  return { kind: 'change', metadata };
}

/** The same request again is answered as the first; another outcome is refused. */
function judgeRetry(known: TransactionMetadata, commit: boolean): Decision {
  const { state } = known;
  if (state === (commit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort))
    return { kind: 'keep', metadata: known };
  if (state === preparedState(commit)) return refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
  return refuse(ErrorCode.INVALID_TXN_STATE);
}

function preparedState(commit: boolean): TransactionState {
  return commit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort;
}
