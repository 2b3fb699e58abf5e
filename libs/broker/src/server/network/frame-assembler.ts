/**
 * Cuts a byte stream into the Kafka protocol's frames: a big-endian int32 size, then that many bytes.
 *
 * What arrives is copied into the memory of its frame, until enough of a large frame is missing: then the socket is given the frame's
 * memory to read into (`target`). A frame lies in few pieces, each at most as long as what had come before it or `FIRST_PIECE_BYTES`,
 * so that memory is taken as bytes come and not as they are announced; pieces of a client that sends byte by byte are filled together.
 * Not safe to re-enter: called from the socket's reads only.
 */
import type { FrameMemory } from './frame-memory.ts';

/** The stream does not hold frames of the protocol, or one over the limit: nothing after it can be trusted. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Who is told about frames. */
export interface FrameListener {
  /** The size of a frame is known and nothing of its body was taken yet. */
  frameStarted(sizeBytes: number): void;
  /** Whether nothing of a frame that begins so is looked at after its answer. */
  isForgotten(beginning: Buffer): boolean;
  /** A whole frame was taken. `isReused`: each of its pieces is to be released. */
  frameCompleted(frame: readonly Buffer[], sizeBytes: number, isReused: boolean): void;
}

const SIZE_FIELD_BYTES = 4;
const SMALL_PIECE_BYTES = 4096;
const FIRST_PIECE_BYTES = 64 * 1024;
const LARGEST_PIECE_BYTES = 1024 * 1024;
/** Less is copied: what follows it comes with the same read. */
const SHORTEST_TARGET_BYTES = 16 * 1024;

export class FrameAssembler {
  readonly #maxFrameBytes: number;
  readonly #memory: FrameMemory;
  readonly #listener: FrameListener;
  /** Bytes of the size field taken so far, and their value. */
  #sizeFieldBytes = 0;
  #size = 0;
  #missingBytes = 0;
  #pieces: Buffer[] = [];
  #isReused = false;
  /** The last piece, as far as it is not filled. */
  #open: Buffer | undefined;

  constructor(maxFrameBytes: number, memory: FrameMemory, listener: FrameListener) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#memory = memory;
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

  /** Where the stream's next bytes belong; undefined when that is for `push` to decide. */
  target(): Buffer | undefined {
    if (this.#open !== undefined) return this.#open.length >= SHORTEST_TARGET_BYTES ? this.#open : undefined;
    if (this.#pieces.length === 0 || this.#missingBytes < SHORTEST_TARGET_BYTES) return undefined;
    const grownBytes = Math.max(FIRST_PIECE_BYTES, this.receivedBytes);
    return this.#newPiece(Math.min(this.#missingBytes, grownBytes, LARGEST_PIECE_BYTES));
  }

  /** So many bytes were put into the target. */
  filled(count: number): void {
    const open = this.#open!;
    this.#open = count === open.length ? undefined : open.subarray(count);
    this.#missingBytes -= count;
    if (this.#missingBytes === 0) this.#completeFrame();
  }

  /** Takes the next chunk of the stream, by copying. @throws FrameError on a negative size or one over the limit. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#sizeFieldBytes < SIZE_FIELD_BYTES) {
        at = this.#takeSize(chunk, at);
        if (this.#sizeFieldBytes < SIZE_FIELD_BYTES) return;
        this.#startFrame();
      }
      const end = Math.min(chunk.length, at + this.#missingBytes);
      while (at < end) at += this.#copy(chunk, at, end);
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

  /** Copies what the open piece has room for, or a new one; gives the number of bytes. */
  #copy(chunk: Buffer, from: number, to: number): number {
    if (this.#pieces.length === 0) this.#isReused = this.#listener.isForgotten(chunk.subarray(from, to));
    const open = this.#open ?? this.#newPiece(Math.min(this.#missingBytes, Math.max(to - from, SMALL_PIECE_BYTES)));
    const count = chunk.copy(open, 0, from, to);
    this.#open = count === open.length ? undefined : open.subarray(count);
    this.#missingBytes -= count;
    return count;
  }

  #newPiece(sizeBytes: number): Buffer {
    const piece = this.#memory.take(sizeBytes, this.#isReused);
    this.#pieces.push(piece);
    this.#open = piece;
    return piece;
  }

  #completeFrame(): void {
    const frame = this.#pieces;
    const sizeBytes = this.#size;
    this.#pieces = [];
    this.#open = undefined;
    this.#sizeFieldBytes = 0;
    this.#size = 0;
    this.#listener.frameCompleted(frame, sizeBytes, this.#isReused);
  }
}
