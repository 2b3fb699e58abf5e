/**
 * Snappy and LZ4 as Kafka's clients frame them, decompressed in plain JavaScript: few topics use them, and a native package for each
 * is not worth its weight here. Writing in them is not needed.
 */

const damaged = (codec: string): Error => new Error(`A record batch is no ${codec} data`);

/** The header of snappy-java's framing: magic, version, compatible version; then blocks of int32 length and raw snappy. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** Raw snappy, or snappy-java's framing of it. @throws when it is neither. */
export function decompressSnappy(data: Buffer): Buffer {
  if (data.length < 16 || !data.subarray(0, 8).equals(xerialMagic)) return snappyBlock(data);
  const blocks: Buffer[] = [];
  for (let at = 16; at + 4 <= data.length;) {
    const length = data.readInt32BE(at);
    blocks.push(snappyBlock(data.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function snappyBlock(data: Buffer): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at++];
    if (byte === undefined || shift > 28) throw damaged('snappy');
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const out = Buffer.allocUnsafe(size);
  let end = 0;
  while (at < data.length) {
    const tag = data[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const extra = length - 59;
        length = data.readUIntLE(at, extra);
        at += extra;
      }
      end += data.copy(out, end, at, at + length + 1);
      at += length + 1;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const distance =
      kind === 1 ? ((tag >> 5) << 8) | data[at]! : kind === 2 ? data.readUInt16LE(at) : data.readUInt32LE(at);
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
    end = copyBack(out, end, distance, length, 'snappy');
  }
  if (end !== size) throw damaged('snappy');
  return out;
}

function copyBack(out: Buffer, end: number, distance: number, length: number, codec: string): number {
  if (distance === 0 || distance > end || end + length > out.length) throw damaged(codec);
  // Byte by byte: source and target overlap when a run repeats.
  for (let index = 0; index < length; index++) out[end + index] = out[end + index - distance]!;
  return end + length;
}

const lz4Magic = 0x184d2204;

/** An LZ4 frame (blocks linked or independent). @throws when it is none. */
export function decompressLz4(data: Buffer): Buffer {
  if (data.length < 7 || data.readUInt32LE(0) !== lz4Magic) throw damaged('LZ4');
  const flags = data[4]!;
  const blockChecksum = (flags & 0x10) !== 0;
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  // Block maximum: 64 KiB, 256 KiB, 1 MiB or 4 MiB.
  const blockBytes = 2 ** (8 + 2 * ((data[5]! >> 4) & 7));
  let out = Buffer.allocUnsafe(Math.max(data.length * 4, blockBytes));
  let end = 0;
  for (;;) {
    const field = data.readUInt32LE(at);
    at += 4;
    if (field === 0) return out.subarray(0, end);
    const length = field & 0x7fffffff;
    if (end + blockBytes > out.length) {
      const grown = Buffer.allocUnsafe(out.length * 2 + blockBytes);
      out.copy(grown, 0, 0, end);
      out = grown;
    }
    const block = data.subarray(at, at + length);
    end = field >>> 31 === 1 ? end + block.copy(out, end) : lz4Block(block, out, end);
    at += length + (blockChecksum ? 4 : 0);
  }
}

function lz4Block(block: Buffer, out: Buffer, begin: number): number {
  let at = 0;
  let end = begin;
  const extended = (length: number): number => {
    if (length !== 15) return length;
    for (let byte = 255; byte === 255;) {
      byte = block[at++] ?? 0;
      length += byte;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    end += block.copy(out, end, at, at + literals);
    at += literals;
    if (at >= block.length) return end;
    const distance = block.readUInt16LE(at);
    at += 2;
    end = copyBack(out, end, distance, extended(token & 15) + 4, 'LZ4');
  }
  return end;
}
