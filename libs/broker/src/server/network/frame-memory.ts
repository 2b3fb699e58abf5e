/**
 * Where the bytes of requests lie.
 *
 * Requests whose bytes nobody looks at once they are answered (Produce: nearly all of what a broker receives) lie in memory that is
 * used again; see `lent-memory.ts` of the storage room. All others get memory of their own, of their own size: what a handler keeps
 * of them keeps nothing else in memory.
 */
import { BufferPool, lend, release, retain } from '../../storage/index.ts';

/** Of memory for requests that lies idle. */
const IDLE_LIMIT_BYTES = 16 * 1024 * 1024;
const SLAB_BYTES = 64 * 1024;

export class FrameMemory {
  readonly #pool = new BufferPool(IDLE_LIMIT_BYTES);
  /** Small pieces are cut from it, one behind the other. */
  #slab: Buffer = Buffer.alloc(0);
  #slabUsed = 0;

  /** A piece of exactly `sizeBytes` with any content. A `reused` one comes back with its last release. */
  take(sizeBytes: number, isReused: boolean): Buffer {
    if (!isReused) return Buffer.allocUnsafeSlow(sizeBytes);
    return sizeBytes < SLAB_BYTES / 2 ? this.#cut(sizeBytes) : this.#pool.lend(this.#pool.take(sizeBytes), sizeBytes);
  }

  #cut(sizeBytes: number): Buffer {
    if (this.#slabUsed + sizeBytes > this.#slab.length) {
      release(this.#slab);
      const slab = this.#pool.take(SLAB_BYTES);
      lend(slab, () => this.#pool.giveBack(slab));
      this.#slab = slab;
      this.#slabUsed = 0;
    }
    const piece = this.#slab.subarray(this.#slabUsed, (this.#slabUsed += sizeBytes));
    retain(piece);
    return piece;
  }
}
