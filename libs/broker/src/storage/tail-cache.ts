/**
 * The newest batches of the logs that have readers at their end, in memory: most consumers read what was just written.
 *
 * One budget of bytes for all logs; the batch that was appended first, in whatever log, is evicted first. A log's cached batches are
 * always its newest, without a gap. Batches are held by reference, and retained; the cost of one is its bytes plus a constant for the
 * bookkeeping.
 */
import type { Chunks } from '../protocol/index.ts';
import { release, retain } from './lent-memory.ts';

const batchOverheadBytes = 200;

export interface TailBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly sizeBytes: number;
  readonly chunks: Chunks;
}

interface CachedBatch extends TailBatch {
  readonly tail: LogTail;
  /** Removed from its log; the queue still has it, without its bytes. */
  gone: boolean;
  chunks: Chunks;
}

/** So many removed batches may stay in the queue whatever it holds else. */
const fewGone = 256;
const noChunks: Chunks = [];

/** A queue on an array: `shift` costs nothing on the average. */
class Queue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  at(index: number): T {
    return this.#items[this.#head + index]!;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  pop(): T | undefined {
    return this.length === 0 ? undefined : this.#items.pop();
  }
}

export class TailCache {
  readonly #budgetBytes: number;
  #queue = new Queue<CachedBatch>();
  #goneCount = 0;
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Batches that are kept track of, removed ones too. */
  get batchCount(): number {
    return this.#queue.length;
  }

  add(batch: CachedBatch): void {
    this.#queue.push(batch);
    this.#usedBytes += batch.sizeBytes + batchOverheadBytes;
    for (const chunk of batch.chunks) retain(chunk);
    while (this.#usedBytes > this.#budgetBytes) this.#evictOldest();
  }

  remove(batch: CachedBatch): void {
    if (batch.gone) return;
    this.#letGo(batch);
    this.#goneCount++;
    if (this.#goneCount > Math.max(fewGone, this.#queue.length / 2)) this.#forgetGone();
  }

  #letGo(batch: CachedBatch): void {
    batch.gone = true;
    for (const chunk of batch.chunks) release(chunk);
    batch.chunks = noChunks;
    this.#usedBytes -= batch.sizeBytes + batchOverheadBytes;
  }

  #evictOldest(): void {
    const oldest = this.#queue.shift();
    if (oldest === undefined) return;
    if (oldest.gone) {
      this.#goneCount--;
      return;
    }
    this.#letGo(oldest);
    oldest.tail.dropOldest(oldest);
  }

  #forgetGone(): void {
    const kept = new Queue<CachedBatch>();
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift())
      if (!batch.gone) kept.push(batch);
    this.#queue = kept;
    this.#goneCount = 0;
  }
}

/** One log's part of the cache. */
export class LogTail {
  readonly #cache: TailCache;
  readonly #batches = new Queue<CachedBatch>();

  constructor(cache: TailCache) {
    this.#cache = cache;
  }

  push(batch: TailBatch): void {
    const cached = { ...batch, tail: this, gone: false };
    this.#batches.push(cached);
    this.#cache.add(cached);
  }

  /** Index of the batch that holds `offset` (or the first after it); -1 when that is older than the cache. */
  indexOf(offset: number): number {
    const count = this.#batches.length;
    if (count === 0 || this.#batches.at(0).baseOffset > offset) return -1;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#batches.at(middle).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low === count ? -1 : low;
  }

  /** Undefined after the last. */
  at(index: number): TailBatch | undefined {
    return index < this.#batches.length ? this.#batches.at(index) : undefined;
  }

  /** Removes batches at and after `offset`: they were not written. */
  truncateTo(offset: number): void {
    while (this.#batches.length > 0 && this.#batches.at(this.#batches.length - 1).lastOffset >= offset) {
      this.#cache.remove(this.#batches.pop()!);
    }
  }

  /** Lets go of the batches below `offset`. */
  dropBelow(offset: number): void {
    while (this.#batches.length > 0 && this.#batches.at(0).lastOffset < offset) {
      this.#cache.remove(this.#batches.shift()!);
    }
  }

  clear(): void {
    this.truncateTo(0);
  }

  dropOldest(batch: CachedBatch): void {
    if (this.#batches.length > 0 && this.#batches.at(0) === batch) this.#batches.shift();
  }
}
