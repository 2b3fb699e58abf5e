/**
 * Counts a stream's frames (size int32, then so many bytes) and keeps only the first bytes of each: a load must not copy.
 */
export class FrameReader {
  readonly #headBytes: number;
  readonly #onFrame: (head: Buffer, sizeBytes: number) => void;
  readonly #head: Buffer;
  #taken = 0;
  #size = -1;

  /** `head` holds the first `headBytes` of a frame, without its size field, and is reused; shorter frames leave its end as it was. */
  constructor(headBytes: number, onFrame: (head: Buffer, sizeBytes: number) => void) {
    this.#headBytes = headBytes + 4;
    this.#head = Buffer.alloc(this.#headBytes);
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#taken < this.#headBytes) chunk.copy(this.#head, this.#taken, at, at + this.#headBytes - this.#taken);
      const available = chunk.length - at;
      if (this.#taken < 4) {
        const step = Math.min(4 - this.#taken, available);
        this.#taken += step;
        at += step;
        if (this.#taken === 4) this.#size = this.#head.readInt32BE(0);
      } else {
        const step = Math.min(this.#size + 4 - this.#taken, available);
        this.#taken += step;
        at += step;
      }
      if (this.#taken < 4 || this.#taken < this.#size + 4) continue;
      this.#taken = 0;
      this.#onFrame(this.#head.subarray(4), this.#size);
    }
  }
}
