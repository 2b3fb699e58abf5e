/**
 * Blocks of memory for large pieces, used again when they come back; see `lent-memory.ts`. A bounded number of bytes stays idle.
 */
import { lend } from './lent-memory.ts';

const smallestBytes = 64 * 1024;
const largestBytes = 4 * 1024 * 1024;
/** Shorter pieces are cheap to make. */
const shortestReusedBytes = 32 * 1024;

export class BufferPool {
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

  /** The first `length` bytes of a buffer that was taken, as a piece that comes back with its last `release`. */
  lend(buffer: Buffer, length: number): Buffer {
    lend(buffer, () => this.giveBack(buffer));
    return buffer.subarray(0, length);
  }
}
