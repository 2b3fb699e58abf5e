/**
 * How far a partition is processed, when records finish out of order.
 *
 * Records are added in order of offset and may finish in any order; `position` is the offset that may be committed: every record
 * below it is finished. Offsets may have gaps (compaction, transaction markers).
 */
export interface TrackedOffset {
  readonly offset: bigint;
  finished: boolean;
}

export class Watermark {
  private readonly unfinished: TrackedOffset[] = [];
  private head = 0;

  /** @param next where the partition's next record is to be fetched from. */
  constructor(private next: bigint) {}

  /** The lowest offset that is not finished, or where the next record will be. */
  get position(): bigint {
    return this.unfinished[this.head]?.offset ?? this.next;
  }

  /** Where the records that follow begin. */
  get nextOffset(): bigint {
    return this.next;
  }

  /** Records that are not finished, and those behind them. */
  get pending(): number {
    return this.unfinished.length - this.head;
  }

  add(offset: bigint): TrackedOffset {
    const tracked = { offset, finished: false };
    this.unfinished.push(tracked);
    this.next = offset + 1n;
    return tracked;
  }

  /** Everything below this offset has been fetched, whatever was in it. */
  fetchedUpTo(nextOffset: bigint): void {
    if (nextOffset > this.next) this.next = nextOffset;
  }

  finish(tracked: TrackedOffset): void {
    tracked.finished = true;
    while (this.unfinished[this.head]?.finished) this.head += 1;
    // Cut what is finished off in large pieces, as each cut moves the rest.
    if (this.head > 1024 && this.head * 2 > this.unfinished.length) {
      this.unfinished.splice(0, this.head);
      this.head = 0;
    }
  }
}
