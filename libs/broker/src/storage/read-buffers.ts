/**
 * Memory for reads of files, used again once an answer was sent.
 *
 * A consumer that reads a stored topic makes a buffer of a MB for each answer. Left to the garbage collector, these cost more than
 * the reads: V8 starts a full collection about every 64 MB of such memory (measured: 30 % of the time of a fetch load).
 *
 * Who has sent a piece of a `LogRead` calls `releaseRead` with it; who does not (it was kept, or dropped) leaves it to the garbage
 * collector, and nothing is lost but the reuse. A released piece must not be looked at again.
 */
const smallestBytes = 64 * 1024;
const largestBytes = 4 * 1024 * 1024;
/** Reads shorter than this are cheap to make. */
const shortestReusedBytes = 32 * 1024;

/** How to give a lent piece back. */
const lent = new WeakMap<Buffer, () => void>();

/** Gives the memory of a piece of a `LogRead` back, after it was sent. Does nothing for other buffers, and a second time. */
export function releaseRead(piece: Buffer): void {
  const giveBack = lent.get(piece);
  if (!giveBack) return;
  lent.delete(piece);
  giveBack();
}

export class ReadBuffers {
  readonly #idleLimitBytes: number;
  /** Idle buffers by size. */
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  constructor(idleLimitBytes: number) {
    this.#idleLimitBytes = idleLimitBytes;
  }

  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least `length` bytes with any content. */
  take(length: number): Buffer {
    if (length < shortestReusedBytes || length > largestBytes) return Buffer.allocUnsafeSlow(length);
    let sizeBytes = smallestBytes;
    while (sizeBytes < length) sizeBytes *= 2;
    const idle = this.#idle.get(sizeBytes)?.pop();
    if (!idle) return Buffer.allocUnsafeSlow(sizeBytes);
    this.#idleBytes -= sizeBytes;
    return idle;
  }

  /** Gives a buffer back that nobody else has seen. */
  giveBack(buffer: Buffer): void {
    const sizeBytes = buffer.length;
    if (sizeBytes < smallestBytes || sizeBytes > largestBytes) return;
    if (this.#idleBytes + sizeBytes > this.#idleLimitBytes) return;
    this.#idleBytes += sizeBytes;
    const idle = this.#idle.get(sizeBytes);
    if (idle) idle.push(buffer);
    else this.#idle.set(sizeBytes, [buffer]);
  }

  /** The first `length` bytes of a buffer that was taken, as a piece that `releaseRead` gives back. */
  lend(buffer: Buffer, length: number): Buffer {
    const piece = buffer.subarray(0, length);
    lent.set(piece, () => this.giveBack(buffer));
    return piece;
  }
}
