/**
 * Cuts a byte stream into the Kafka protocol's frames: a big-endian int32 size, then that many bytes.
 *
 * A frame is given as the slices of the socket's chunks that hold it, without its size field and without copying. Only small pieces
 * of a frame are copied together: each chunk costs some hundred bytes beside its own, so that a client that sends a large frame byte
 * by byte would take many times the memory that the budget of frames counts.
 * Not safe to re-enter: `push` is called from the socket's data event only.
 */

/** The stream does not hold frames of the protocol, or one over the limit: nothing after it can be trusted. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Who is told about frames. */
export interface FrameListener {
  /** The size of a frame is known and nothing of its body was taken yet. */
  frameStarted(sizeBytes: number): void;
  /** A whole frame was taken. */
  frameCompleted(frame: readonly Buffer[], sizeBytes: number): void;
}

const SIZE_FIELD_BYTES = 4;
const SMALL_PIECE_BYTES = 512;
const GATHERED_BYTES = 4096;

export class FrameAssembler {
  readonly #maxFrameBytes: number;
  readonly #listener: FrameListener;
  /** Bytes of the size field taken so far, and their value. */
  #sizeFieldBytes = 0;
  #size = 0;
  #missingBytes = 0;
  #slices: Buffer[] = [];
  /** Small pieces, copied together, that are not among the slices yet. */
  #gathered: Buffer | undefined;
  #gatheredBytes = 0;

  constructor(maxFrameBytes: number, listener: FrameListener) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#listener = listener;
  }

  /** Whether the stream stands within a frame, so that its end now would cut one. */
  get isWithinFrame(): boolean {
    return this.#sizeFieldBytes > 0;
  }

  /** Size of the frame that is being read; 0 between frames. */
  get frameBytes(): number {
    return this.isWithinFrame ? this.#size : 0;
  }

  /** What has come of it. */
  get receivedBytes(): number {
    return this.frameBytes - this.#missingBytes;
  }

  /** Takes the next chunk of the stream. @throws FrameError on a negative size or one over the limit. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#sizeFieldBytes < SIZE_FIELD_BYTES) {
        at = this.#takeSize(chunk, at);
        if (this.#sizeFieldBytes < SIZE_FIELD_BYTES) return;
        this.#startFrame();
      }
      const end = Math.min(chunk.length, at + this.#missingBytes);
      if (end > at) {
        this.#keep(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
        this.#missingBytes -= end - at;
        at = end;
      }
      if (this.#missingBytes === 0) this.#completeFrame();
    }
  }

  #takeSize(chunk: Buffer, at: number): number {
    if (this.#sizeFieldBytes === 0 && chunk.length - at >= SIZE_FIELD_BYTES) {
      this.#size = chunk.readInt32BE(at);
      this.#sizeFieldBytes = SIZE_FIELD_BYTES;
      return at + SIZE_FIELD_BYTES;
    }
    while (at < chunk.length && this.#sizeFieldBytes < SIZE_FIELD_BYTES) {
      this.#size = (this.#size << 8) | chunk[at++]!;
      this.#sizeFieldBytes++;
    }
    return at;
  }

  #startFrame(): void {
    if (this.#size < 0) throw new FrameError(`A frame of ${this.#size} bytes was announced: not the Kafka protocol`);
    if (this.#size > this.#maxFrameBytes)
      throw new FrameError(
        `A frame of ${this.#size} bytes is over socket.request.max.bytes = ${this.#maxFrameBytes}; ` +
          'send less at once, raise the limit, or check that the client speaks Kafka without TLS',
      );
    this.#missingBytes = this.#size;
    this.#listener.frameStarted(this.#size);
  }

  #keep(piece: Buffer): void {
    const isWhole = piece.length === this.#size;
    if (isWhole || piece.length >= SMALL_PIECE_BYTES) {
      this.#endGathering();
      this.#slices.push(piece);
      return;
    }
    if (this.#gathered !== undefined && this.#gathered.length - this.#gatheredBytes < piece.length)
      this.#endGathering();
    this.#gathered ??= Buffer.allocUnsafeSlow(Math.min(this.#missingBytes, GATHERED_BYTES));
    this.#gatheredBytes += piece.copy(this.#gathered, this.#gatheredBytes);
  }

  #endGathering(): void {
    if (this.#gathered !== undefined) this.#slices.push(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
  }

  #completeFrame(): void {
    this.#endGathering();
    const frame = this.#slices;
    const sizeBytes = this.#size;
    this.#slices = [];
    this.#sizeFieldBytes = 0;
    this.#size = 0;
    this.#listener.frameCompleted(frame, sizeBytes);
  }
}
