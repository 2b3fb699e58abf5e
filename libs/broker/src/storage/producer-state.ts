/**
 * What a log remembers of the idempotent producers that wrote to it (KIP-98): the epoch and the last five batches of each, so that a
 * batch sent again is answered with its first offsets and a gap in the sequence is refused.
 *
 * Invariants: entries are never changed, only replaced, so that an append that could not be written is undone by putting the former
 * entry back, and a copy of the map is a snapshot. Sequence numbers count records, go from 0 to 2^31-1 and wrap to 0.
 */
import { type BatchHeader, ErrorCode, KafkaError, type TransactionMarker } from '../protocol/index.ts';
import { type EndedTransaction, OpenTransactions } from './open-transactions.ts';

/** Batches kept for each producer; clients have at most five requests in flight. */
const retainedBatches = 5;
const sequenceCount = 2 ** 31;

/** What identifies a producer's batch. */
export interface ProducerBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly lastOffset: number;
  /** Last offset less first offset. */
  readonly offsetDelta: number;
  readonly timestampMs: number;
}

export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the coordinator that wrote the last transaction marker; -1 without one. */
  readonly coordinatorEpoch: number;
  readonly lastTimestampMs: number;
  /** Offset of the first record of the running transaction; -1 without one. */
  readonly transactionStartOffset: number;
  /** Oldest first; at most five. Empty after a transaction marker of a new epoch. */
  readonly batches: readonly ProducerBatch[];
  /** The broker's time when the producer was last seen; decides when it is forgotten. */
  readonly seenMs: number;
}

/** The sequence `count` records before `sequence`. */
export function subtractFromSequence(sequence: number, count: number): number {
  return (sequence - count + sequenceCount) % sequenceCount;
}

export class ProducerState {
  readonly transactions = new OpenTransactions();
  #entries = new Map<number, ProducerEntry>();

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<ProducerEntry> {
    return this.#entries.values();
  }

  /** The state of this moment; later appends do not change it. */
  copyEntries(): ProducerEntry[] {
    return [...this.#entries.values()];
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  /** Puts an entry in place, or with undefined forgets the producer: for loading and for undoing an append. */
  restore(producerId: number, entry: ProducerEntry | undefined): void {
    if (entry) this.#entries.set(producerId, entry);
    else this.#entries.delete(producerId);
    this.transactions.restore(producerId, entry?.transactionStartOffset ?? -1);
  }

  clear(): void {
    this.#entries.clear();
    this.transactions.clear();
  }

  /** The retained batch with the same epoch and sequences, if any. */
  findDuplicate(batch: BatchHeader): ProducerBatch | undefined {
    const entry = this.#entries.get(batch.producerId);
    if (entry?.producerEpoch !== batch.producerEpoch) return undefined;
    return entry.batches.find(
      (known) => known.firstSequence === batch.baseSequence && known.lastSequence === batch.lastSequence,
    );
  }

  /**
   * Checks that the batch may follow. The sequence is checked for clients only: coordinators write without one.
   * A producer that is not known (its records were deleted, or it was silent for long) may begin at any sequence.
   * @throws KafkaError INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE, TRANSACTION_COORDINATOR_FENCED.
   */
  check(batch: BatchHeader, where: string, checkSequence: boolean, marker?: TransactionMarker): void {
    const entry = this.#entries.get(batch.producerId);
    if (!entry) return;
    if (batch.producerEpoch < entry.producerEpoch) {
      throw new KafkaError(
        ErrorCode.INVALID_PRODUCER_EPOCH,
        `Producer ${batch.producerId} wrote to ${where} with epoch ${batch.producerEpoch}, but epoch ` +
          `${entry.producerEpoch} was seen: a newer instance has taken over`,
      );
    }
    if (marker && marker.coordinatorEpoch < entry.coordinatorEpoch) {
      throw new KafkaError(
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
        `A marker for producer ${batch.producerId} in ${where} comes from coordinator epoch ${marker.coordinatorEpoch}, but ` +
          `${entry.coordinatorEpoch} was seen`,
      );
    }
    if (!batch.isTransactional && entry.transactionStartOffset >= 0) {
      throw new KafkaError(
        ErrorCode.INVALID_TXN_STATE,
        `Producer ${batch.producerId} has a transaction open in ${where} and may not write outside of it`,
      );
    }
    if (!checkSequence) return;
    const last = entry.batches.at(-1);
    const sameEpoch = batch.producerEpoch === entry.producerEpoch;
    const expected = sameEpoch && last ? (last.lastSequence + 1) % sequenceCount : 0;
    if (batch.baseSequence === expected) return;
    // A loaded entry without batches comes from a transaction marker: a new transaction starts at 0 there, as above.
    throw new KafkaError(
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      `Producer ${batch.producerId} (epoch ${batch.producerEpoch}) sent sequence ${batch.baseSequence} to ${where}, ` +
        `expected was ${expected}: records before it are missing`,
    );
  }

  /**
   * Takes the batch in; `marker` is what a control batch holds: it ends the producer's transaction, which is returned.
   * Undefined when no transaction ended.
   */
  add(batch: BatchHeader, baseOffset: number, nowMs: number, marker?: TransactionMarker): EndedTransaction | undefined {
    const former = this.#entries.get(batch.producerId);
    const sameEpoch = former?.producerEpoch === batch.producerEpoch;
    const known = sameEpoch ? former.batches : [];
    const transactionStart = former?.transactionStartOffset ?? -1;
    const begins = batch.isTransactional && !batch.isControl && transactionStart < 0;
    if (begins) this.transactions.begin(batch.producerId, baseOffset);
    this.#entries.set(batch.producerId, {
      producerId: batch.producerId,
      producerEpoch: batch.producerEpoch,
      coordinatorEpoch: marker?.coordinatorEpoch ?? former?.coordinatorEpoch ?? -1,
      lastTimestampMs: batch.maxTimestamp,
      transactionStartOffset: batch.isControl ? -1 : begins ? baseOffset : transactionStart,
      batches: batch.isControl ? known : [...known.slice(1 - retainedBatches), describeBatch(batch, baseOffset)],
      seenMs: nowMs,
    });
    return batch.isControl
      ? this.transactions.end(batch.producerId, baseOffset, marker?.committed ?? false)
      : undefined;
  }

  /**
   * Puts older batches of a producer before those that are known: a snapshot keeps only the last one.
   * Batches of another epoch and batches that are known are left out.
   */
  addOlder(producerId: number, producerEpoch: number, older: readonly ProducerBatch[]): void {
    const entry = this.#entries.get(producerId);
    const oldest = entry?.batches[0];
    if (!oldest || entry.producerEpoch !== producerEpoch) return;
    const missing = older.filter((batch) => batch.lastOffset < oldest.lastOffset);
    this.#entries.set(producerId, { ...entry, batches: [...missing, ...entry.batches].slice(-retainedBatches) });
  }

  /** Forgets producers not seen since `olderThanMs` that have no transaction running. */
  expire(olderThanMs: number): void {
    for (const [producerId, entry] of this.#entries) {
      if (entry.seenMs < olderThanMs && entry.transactionStartOffset < 0) this.#entries.delete(producerId);
    }
  }
}

/** A batch as it is remembered. */
export function describeBatch(batch: BatchHeader, baseOffset: number): ProducerBatch {
  return {
    firstSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    lastOffset: baseOffset + batch.lastOffsetDelta,
    offsetDelta: batch.lastOffsetDelta,
    timestampMs: batch.maxTimestamp,
  };
}
