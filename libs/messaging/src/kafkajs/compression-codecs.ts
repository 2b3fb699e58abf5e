/**
 * Codecs of record batches that kafkajs does not bring along, as Kafka's clients write and read them:
 *
 * - snappy: Java's framing (0x82 'SNAPPY' 0x00, two int32 versions, blocks with an int32 size); bare blocks are read too
 * - lz4: the LZ4 frame format
 * - zstd: Node's own
 *
 * The libraries of snappy and lz4 are loaded when first used: who uses neither needs neither.
 */
import { createRequire } from 'node:module';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const load = createRequire(import.meta.url);

interface Snappy {
  compressSync(bytes: Buffer): Buffer;
  uncompressSync(bytes: Buffer, options: { asBuffer: true }): Buffer;
}

interface Lz4 {
  compressFrameSync(bytes: Buffer): Buffer;
  decompressFrameSync(bytes: Buffer): Buffer;
}

/** kafkajs hands its encoder over, and takes bytes. */
interface Encoded {
  readonly buffer: Buffer;
}

// The caller says what it expects of the package.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function library<Library>(name: string): Library {
  try {
    return load(name) as Library;
  } catch (error) {
    throw new Error(`Record batches of this topic need the package ${name}: install it beside @headwater/messaging`, {
      cause: error,
    });
  }
}

const snappyMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const snappyHeader = Buffer.concat([snappyMagic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const snappyBlockBytes = 32 * 1024;

export function compressSnappy(bytes: Buffer): Buffer {
  const snappy = library<Snappy>('snappy');
  const pieces: Buffer[] = [snappyHeader];
  for (let start = 0; start < bytes.length; start += snappyBlockBytes) {
    const block = snappy.compressSync(bytes.subarray(start, start + snappyBlockBytes));
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(block.length, 0);
    pieces.push(size, block);
  }
  return Buffer.concat(pieces);
}

/** @throws RangeError when a block is cut off; the library's error when it is damaged. */
export function decompressSnappy(bytes: Buffer): Buffer {
  const snappy = library<Snappy>('snappy');
  if (!bytes.subarray(0, snappyMagic.length).equals(snappyMagic))
    return snappy.uncompressSync(bytes, { asBuffer: true });
  const pieces: Buffer[] = [];
  for (let start = snappyHeader.length; start < bytes.length;) {
    const size = start + 4 <= bytes.length ? bytes.readInt32BE(start) : -1;
    start += 4;
    if (size < 0 || start + size > bytes.length) throw new RangeError('a snappy block is cut off');
    pieces.push(snappy.uncompressSync(bytes.subarray(start, start + size), { asBuffer: true }));
    start += size;
  }
  return Buffer.concat(pieces);
}

const codecs = {
  [CompressionTypes.Snappy]: { compress: compressSnappy, decompress: decompressSnappy },
  [CompressionTypes.LZ4]: {
    compress: (bytes: Buffer) => library<Lz4>('lz4-napi').compressFrameSync(bytes),
    decompress: (bytes: Buffer) => library<Lz4>('lz4-napi').decompressFrameSync(bytes),
  },
  [CompressionTypes.ZSTD]: {
    compress: (bytes: Buffer) => zstdCompressSync(bytes),
    decompress: (bytes: Buffer) => zstdDecompressSync(bytes),
  },
};

let provided = false;

/** Teaches kafkajs the codecs, for reading and writing. Calling it again changes nothing. */
export function provideCompressionCodecs(): void {
  if (provided) return;
  provided = true;
  const known = CompressionCodecs as Record<string, unknown>;
  for (const [type, { compress, decompress }] of Object.entries(codecs))
    known[type] = () => ({
      compress: (encoder: Encoded) => Promise.resolve(compress(encoder.buffer)),
      decompress: (bytes: Buffer) => Promise.resolve(decompress(bytes)),
    });
}
