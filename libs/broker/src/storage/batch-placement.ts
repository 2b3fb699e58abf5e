/**
 * Turns a producer's batch into the bytes that are stored: offsets and leader epoch are set, nothing else is copied.
 *
 * The header is written in place where it lies in one piece (the caller hands the buffers over), else copied. Small batches are
 * the exception: they are copied behind one another into a slab, because a write or a fetch of thousands of pieces of a hundred
 * bytes costs far more than the copy, and because a small piece would keep all of the socket's buffer in memory.
 */
import { assignOffsets, BATCH_HEADER_BYTES, type Chunks } from '../protocol/index.ts';

const smallBatchBytes = 4096;
const firstSlabBytes = 1024;
const largestSlabBytes = 64 * 1024;
/** One for all logs, of which most are idle. */
const noSlab = Buffer.alloc(0);

export interface Placement {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  /** Under LogAppendTime. */
  readonly logAppendTimeMs?: number;
}

/** Places the batches of one log. */
export class BatchPlacer {
  #slab: Buffer = noSlab;
  #slabUsed = 0;
  #nextSlabBytes = firstSlabBytes;

  place(batch: Chunks, sizeBytes: number, placement: Placement): Chunks {
    if (sizeBytes < smallBatchBytes) {
      const copy = this.#copy(batch, sizeBytes);
      if (placement.logAppendTimeMs === undefined) {
        writeOffsets(copy, placement);
        return [copy];
      }
      joinInto(copy, assignOffsets([copy], placement));
      return [copy];
    }
    const first = batch[0]!;
    if (first.length < BATCH_HEADER_BYTES || placement.logAppendTimeMs !== undefined) {
      return assignOffsets(batch, placement);
    }
    writeOffsets(first, placement);
    return batch;
  }

  /** Slabs begin small and double, so that a log that is seldom written holds little memory. */
  #copy(batch: Chunks, sizeBytes: number): Buffer {
    if (this.#slabUsed + sizeBytes > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, sizeBytes));
      this.#slabUsed = 0;
      this.#nextSlabBytes = Math.min(this.#nextSlabBytes * 2, largestSlabBytes);
    }
    const copy = this.#slab.subarray(this.#slabUsed, this.#slabUsed + sizeBytes);
    this.#slabUsed += sizeBytes;
    joinInto(copy, batch);
    return copy;
  }
}

/** Base offset and leader epoch lie outside the CRC. */
function writeOffsets(header: Buffer, { baseOffset, leaderEpoch }: Placement): void {
  header.writeUInt32BE(Math.floor(baseOffset / 2 ** 32), 0);
  header.writeUInt32BE(baseOffset >>> 0, 4);
  header.writeInt32BE(leaderEpoch, 12);
}

function joinInto(target: Buffer, chunks: Chunks): void {
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(target, at);
}

/** Adds `chunks` to `pieces`, joining views that lie side by side in one memory block, as batches of a slab do. */
export function addAdjacent(pieces: Buffer[], chunks: Chunks): void {
  for (const chunk of chunks) {
    const last = pieces.at(-1);
    if (last?.buffer === chunk.buffer && last.byteOffset + last.length === chunk.byteOffset) {
      pieces[pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length);
    } else {
      pieces.push(chunk);
    }
  }
}
