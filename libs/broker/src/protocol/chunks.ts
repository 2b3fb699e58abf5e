/**
 * A sequence of bytes in pieces, in the order in which they were received or will be sent.
 *
 * Record data stays in the pieces in which it came from a socket or a file; joining it would copy every byte once more.
 * Pieces may be empty. Whoever holds chunks must not write into them unless it made them.
 */
export type Chunks = readonly Buffer[];

/** Number of bytes in all pieces. */
export function chunksLength(chunks: Chunks): number {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  return length;
}

/**
 * The bytes from `start` (inclusive) to `end` (exclusive) as views on the same memory, without empty pieces.
 *
 * @throws RangeError when the range is not within the chunks.
 */
export function sliceChunks(chunks: Chunks, start: number, end: number): Buffer[] {
  if (start < 0 || end < start) throw new RangeError(`Not a range of bytes: ${start} to ${end}`);
  const pieces: Buffer[] = [];
  let base = 0;
  for (const chunk of chunks) {
    if (base >= end) break;
    const from = Math.max(start - base, 0);
    const to = Math.min(end - base, chunk.length);
    if (from < to) pieces.push(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
    base += chunk.length;
  }
  if (base < end) throw new RangeError(`Bytes ${start} to ${end} are beyond the ${base} bytes of the chunks`);
  return pieces;
}

/** All bytes in one buffer: the only piece itself when there is one, else a copy. For small data and for tests. */
export function joinChunks(chunks: Chunks): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
