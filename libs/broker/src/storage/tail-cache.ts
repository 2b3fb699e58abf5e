/**
 * The newest batches of the logs that have readers at their end, in memory: most consumers read what was just written.
 *
 * One budget of bytes for all logs; the batch that was appended first, in whatever log, is evicted first. A log's cached batches are
 * always its newest, without a gap. The cost of a batch is the memory that it keeps from other use, plus a constant for the
 * bookkeeping. So a batch is held by reference only where it is most of its block of memory: a small one would keep the whole block,
 * with all the requests beside it, for the sake of a few bytes. It is copied, into slabs that hold nothing but cached batches; these
 * are filled and evicted in the same order.
 */
import type { Chunks } from '../protocol/index.ts';
import { BufferPool } from './buffer-pool.ts';
import { lend, release, retain } from './lent-memory.ts';

/** Measured: two entries in queues, an object, an array and a view of the bytes. */
const batchOverheadBytes = 320;
const slabBytes = 64 * 1024;
const idleLimitBytes = 1024 * 1024;

export interface TailBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly sizeBytes: number;
  readonly chunks: Chunks;
}

interface CachedBatch extends TailBatch {
  readonly tail: LogTail;
  readonly costBytes: number;
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

/** Where copies lie: one behind the other in slabs that are used again, large ones in blocks of their own. */
class CopyMemory {
  readonly #pool = new BufferPool(idleLimitBytes);
  #slab: Buffer = Buffer.alloc(0);
  #slabUsed = 0;
  /** Slabs that hold something. */
  #slabCount = 0;

  get slabsBytes(): number {
    return this.#slabCount * slabBytes;
  }

  /** A copy of all the bytes, whose one user is the caller. */
  copy(chunks: Chunks, sizeBytes: number): Buffer {
    const piece = this.#take(sizeBytes);
    let at = 0;
    for (const chunk of chunks) at += chunk.copy(piece, at);
    return piece;
  }

  #take(sizeBytes: number): Buffer {
    if (sizeBytes > slabBytes / 2) return this.#pool.lend(this.#pool.take(sizeBytes), sizeBytes);
    if (this.#slabUsed + sizeBytes > this.#slab.length) this.#beginSlab();
    const piece = this.#slab.subarray(this.#slabUsed, (this.#slabUsed += sizeBytes));
    retain(piece);
    return piece;
  }

  #beginSlab(): void {
    release(this.#slab);
    const slab = this.#pool.take(slabBytes);
    this.#slabCount++;
    lend(slab, () => {
      this.#slabCount--;
      this.#pool.giveBack(slab);
    });
    this.#slab = slab;
    this.#slabUsed = 0;
  }
}

/** What the piece keeps from other use: its part of a shared slab, all of a block of its own. */
function heldBytesOf(piece: Buffer): number {
  return isMostOfItsBlock(piece) ? piece.buffer.byteLength : piece.length;
}

/** Whether keeping the piece keeps about as much as it is long. */
function isMostOfItsBlock(piece: Buffer): boolean {
  return piece.length * 2 >= piece.buffer.byteLength;
}

export class TailCache {
  /** What all logs' batches may take. */
  readonly budgetBytes: number;
  readonly #copies = new CopyMemory();
  #queue = new Queue<CachedBatch>();
  #goneCount = 0;
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Memory of the copies of small batches, also where what was copied beside them is gone. */
  get slabsBytes(): number {
    return this.#copies.slabsBytes;
  }

  /** Batches that are kept track of, removed ones too. */
  get batchCount(): number {
    return this.#queue.length;
  }

  /** Takes a batch in, and gives it as it is kept. */
  add(batch: TailBatch, tail: LogTail): CachedBatch {
    const chunks = this.#keep(batch);
    const heldBytes = chunks.reduce((sum, chunk) => sum + heldBytesOf(chunk), 0);
    const cached = { ...batch, tail, chunks, costBytes: heldBytes + batchOverheadBytes, gone: false };
    this.#queue.push(cached);
    this.#usedBytes += cached.costBytes;
    return cached;
  }

  /** Evicts what is over the budget; the log that a batch was added for knows it by then. */
  fit(): void {
    while (this.#usedBytes > this.budgetBytes) this.#evictOldest();
    // Slabs of which little is left. The one that is being filled stays.
    while (this.#copies.slabsBytes > this.budgetBytes + slabBytes && this.#queue.length > 0) this.#evictOldest();
  }

  #keep({ chunks, sizeBytes }: TailBatch): Chunks {
    if (!chunks.every(isMostOfItsBlock)) return [this.#copies.copy(chunks, sizeBytes)];
    for (const chunk of chunks) retain(chunk);
    return chunks;
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
    this.#usedBytes -= batch.costBytes;
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
    this.#batches.push(this.#cache.add(batch, this));
    this.#cache.fit();
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
