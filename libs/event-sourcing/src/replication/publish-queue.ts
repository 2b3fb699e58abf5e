/**
 * What was read and is not published yet, in order, cut into batches. A batch carries the last place in the log at which everything
 * up to its end is complete: the end of the last transaction that it holds whole.
 */
export interface Batch<Item> {
  readonly items: Item[];
  bytes: number;
  /** Safe once the batch is published; undefined within a long transaction. */
  safeLsn: bigint | undefined;
  /** Commit of its newest transaction, in microseconds since 1970. */
  commitMicros: bigint | undefined;
}

export class PublishQueue<Item> {
  private readonly maxBatchBytes: number;
  private sealed: Batch<Item>[] = [];
  private open: Batch<Item> = emptyBatch();
  private bytes = 0;

  constructor(maxBatchBytes: number) {
    this.maxBatchBytes = maxBatchBytes;
  }

  /** Bytes of all that was added and not released. */
  get bufferedBytes(): number {
    return this.bytes;
  }

  get isEmpty(): boolean {
    return this.sealed.length === 0 && this.open.items.length === 0 && this.open.safeLsn === undefined;
  }

  add(item: Item, bytes: number): void {
    if (this.open.items.length > 0 && this.open.bytes + bytes > this.maxBatchBytes) {
      this.sealed.push(this.open);
      this.open = emptyBatch();
    }
    this.open.items.push(item);
    this.open.bytes += bytes;
    this.bytes += bytes;
  }

  /** All that was added is complete up to here. */
  mark(safeLsn: bigint, commitMicros?: bigint): void {
    this.open.safeLsn = safeLsn;
    if (commitMicros !== undefined && this.open.items.length > 0) this.open.commitMicros = commitMicros;
  }

  /** @param partly whether a batch may be taken that is not full and ends within a transaction */
  take(partly: boolean): Batch<Item> | undefined {
    const first = this.sealed.shift();
    if (first) return first;
    if (this.isEmpty || !partly) return undefined;
    const batch = this.open;
    this.open = emptyBatch();
    return batch;
  }

  /** The batch is published, or given up. */
  release(batch: Batch<Item>): void {
    this.bytes -= batch.bytes;
  }
}

function emptyBatch<Item>(): Batch<Item> {
  return { items: [], bytes: 0, safeLsn: undefined, commitMicros: undefined };
}
