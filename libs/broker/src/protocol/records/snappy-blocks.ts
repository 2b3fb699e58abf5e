/**
 * Snappy as Kafka's clients send it: the Java client's framing, or one block without any (librdkafka).
 *
 * ```
 * 0x82 'SNAPPY' 0x00 | version int32 | lowest compatible version int32 | { size int32 | block } ...
 * ```
 */
import { snappyLibrary } from './native-compression.ts';

const FRAMING_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAMING_HEADER = Buffer.concat([FRAMING_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const BLOCK_BYTES = 32 * 1024;

export function compressSnappy(input: Buffer): Buffer {
  const pieces: Buffer[] = [FRAMING_HEADER];
  for (let at = 0; at < input.length; at += BLOCK_BYTES) {
    const block = snappyLibrary().compressSync(input.subarray(at, at + BLOCK_BYTES));
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(block.length, 0);
    pieces.push(size, block);
  }
  return Buffer.concat(pieces);
}

/** @throws RangeError or the library's Error when the data are damaged or larger than `maxBytes`. */
export function decompressSnappy(input: Buffer, maxBytes: number): Buffer {
  if (!input.subarray(0, FRAMING_MAGIC.length).equals(FRAMING_MAGIC)) return decompressBlock(input, maxBytes);
  const pieces: Buffer[] = [];
  let left = maxBytes;
  for (let at = FRAMING_HEADER.length; at < input.length;) {
    if (at + 4 > input.length) throw new RangeError('a Snappy block size that is cut off');
    const size = input.readInt32BE(at);
    at += 4;
    if (size < 0 || at + size > input.length) throw new RangeError(`a Snappy block of ${size} bytes is cut off`);
    const piece = decompressBlock(input.subarray(at, at + size), left);
    left -= piece.length;
    pieces.push(piece);
    at += size;
  }
  return Buffer.concat(pieces);
}

/** A block starts with the size of its content; it is checked before the library allocates it. */
function decompressBlock(block: Buffer, maxBytes: number): Buffer {
  let size = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block[at++];
    if (byte === undefined || shift > 28) throw new RangeError('a Snappy block without a size');
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxBytes) throw new RangeError(`more than the ${maxBytes} bytes allowed`);
  return snappyLibrary().uncompressSync(block, { asBuffer: true }) as Buffer;
}
