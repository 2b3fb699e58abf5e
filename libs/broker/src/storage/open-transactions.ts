/**
 * The transactions of one log that are not over: what readers of committed records must not see yet (KIP-98).
 *
 * A transaction is open from its first record to its marker, and ends for readers when the marker is durable. Open transactions are
 * kept in the order of their first offsets, which is the order in which they are begun; what was restored is sorted at the next look.
 */

/** A transaction that a marker has ended. */
export interface EndedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The marker's. */
  readonly lastOffset: number;
  readonly committed: boolean;
  /** Where readers of committed records could go on when this one had ended: before the oldest of the others, or behind the marker. */
  readonly lastStableOffset: number;
}

export class OpenTransactions {
  /** First offset by producer. */
  #open = new Map<number, number>();
  #isSorted = true;
  /** Ended by markers that are not durable yet; by rising offset of the marker. */
  #ending: { readonly firstOffset: number; readonly lastOffset: number }[] = [];

  get size(): number {
    return this.#open.size;
  }

  begin(producerId: number, firstOffset: number): void {
    this.#open.set(producerId, firstOffset);
  }

  /** Undefined when the producer has none open: a marker without records changes nothing. */
  end(producerId: number, lastOffset: number, committed: boolean): EndedTransaction | undefined {
    const firstOffset = this.#open.get(producerId);
    if (firstOffset === undefined) return undefined;
    this.#open.delete(producerId);
    this.#ending.push({ firstOffset, lastOffset });
    const lastStableOffset = this.#oldestOpen() ?? lastOffset + 1;
    return { producerId, firstOffset, lastOffset, committed, lastStableOffset };
  }

  /** Puts a producer's transaction in place, -1 for none: for loading and for undoing an append. */
  restore(producerId: number, firstOffset: number): void {
    if (firstOffset < 0) this.#open.delete(producerId);
    else this.#open.set(producerId, firstOffset);
    this.#isSorted = false;
  }

  /** What was at or after `endOffset` was not written. */
  truncateTo(endOffset: number): void {
    this.#ending = this.#ending.filter(({ lastOffset }) => lastOffset < endOffset);
  }

  /** Everything below `highWatermark` is durable. */
  settle(highWatermark: number): void {
    if (this.#ending.length === 0) return;
    this.#ending = this.#ending.filter(({ lastOffset }) => lastOffset >= highWatermark);
  }

  /** First offset of the oldest transaction that is not over; undefined when all are. */
  firstUnstableOffset(): number | undefined {
    let first = this.#oldestOpen();
    for (const { firstOffset } of this.#ending) if (first === undefined || firstOffset < first) first = firstOffset;
    return first;
  }

  clear(): void {
    this.#open.clear();
    this.#ending = [];
  }

  #oldestOpen(): number | undefined {
    if (!this.#isSorted) {
      this.#open = new Map([...this.#open].sort(([, one], [, other]) => one - other));
      this.#isSorted = true;
    }
    return this.#open.values().next().value;
  }
}
