/** Record batches that are wrong in every way that a batch can be wrong, and some that are right. */
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { BATCH_HEADER_BYTES, Compression, encodeBatch, readBatchHeader } from '@headwater/broker-core/protocol';
import type { Random } from '../random.ts';

const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BATCH_LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const RECORD_COUNT_AT = 57;
const BOMB_BYTES = 300 * 1024 * 1024;

let crcOf: ((bytes: Buffer) => number) | undefined;

/** The CRC that a batch should have, by the encoder itself: a batch of these bytes is not encoded, so it is computed here. */
function crc32c(bytes: Buffer): number {
  crcOf ??= crcTable();
  return crcOf(bytes);
}

function crcTable(): (bytes: Buffer) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value >>> 0;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0;
    return (crc ^ 0xffffffff) >>> 0;
  };
}

/** Little that becomes much: made once, for it takes a while. */
const bombs = new Map<number, Buffer>();

function bomb(compression: number): Buffer {
  const known = bombs.get(compression);
  if (known !== undefined) return known;
  const much = Buffer.alloc(BOMB_BYTES);
  const made = compression === Compression.gzip ? gzipSync(much, { level: 1 }) : zstdCompressSync(much);
  bombs.set(compression, made);
  return made;
}

export class BatchSource {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  batch(): Buffer {
    const random = this.#random;
    const dice = random.next();
    const batch = this.#right();
    if (dice < 0.35) return batch;
    if (dice < 0.45) return batch.subarray(0, random.below(batch.length));
    if (dice < 0.55) return this.#flipped(batch);
    if (dice < 0.6) return Buffer.concat([batch, this.#right()]);
    if (dice < 0.65) return Buffer.concat([batch, random.chance(0.5) ? batch.subarray(0, 30) : Buffer.alloc(20)]);
    if (dice < 0.67) return this.#wrongMagic(batch);
    if (dice < 0.95) return this.#lyingHeader(batch);
    if (dice < 0.999) return this.#wrongRecords(batch);
    return this.#bomb(batch);
  }

  #right(): Buffer {
    const random = this.#random;
    const count = 1 + random.below(3);
    const key = random.chance(0.7) ? Buffer.from(`key-${random.below(5)}`) : null;
    const isIdempotent = random.chance(0.3);
    return encodeBatch({
      records: Array.from({ length: count }, () => ({
        key,
        value: random.chance(0.1) ? null : Buffer.alloc(random.below(200), 'v'),
        timestampMs: random.chance(0.05) ? random.pick([-1, 0, Number.MAX_SAFE_INTEGER]) : Date.now(),
        headers: random.chance(0.2) ? [{ key: 'header', value: Buffer.from('x') }] : [],
      })),
      compression: random.below(5) as Compression,
      ...(isIdempotent && {
        producerId: random.below(5),
        producerEpoch: random.below(3),
        baseSequence: random.pick([0, 1, 2, 5, 2 ** 31 - 1]),
        transactional: random.chance(0.5),
        control: random.chance(0.1),
      }),
    });
  }

  #flipped(batch: Buffer): Buffer {
    batch[this.#random.below(batch.length)]! ^= 1 << this.#random.below(8);
    return batch;
  }

  #wrongMagic(batch: Buffer): Buffer {
    batch[MAGIC_AT] = this.#random.pick([0, 1, 3, 127, 255]);
    return batch;
  }

  /** Numbers that do not fit what follows, with the right CRC. */
  #lyingHeader(batch: Buffer): Buffer {
    const random = this.#random;
    const number = random.pick([-1, 0, 1, 2, 2 ** 31 - 1, -(2 ** 31), random.below(2 ** 20)]);
    batch.writeInt32BE(number, random.pick([LAST_OFFSET_DELTA_AT, RECORD_COUNT_AT, BATCH_LENGTH_AT]));
    if (random.chance(0.3)) batch.writeInt16BE(random.below(2 ** 15), ATTRIBUTES_AT);
    return withCrc(batch);
  }

  /** A right header, and records that are not records, in any compression. */
  #wrongRecords(batch: Buffer): Buffer {
    const random = this.#random;
    const noise = Buffer.from(Array.from({ length: random.below(120) }, () => random.below(256)));
    const records = random.pick([
      noise,
      gzipSync(noise),
      deflateRawSync(noise),
      zstdCompressSync(noise),
      Buffer.alloc(0),
    ]);
    return withCrc(withRecords(batch, records, random.below(8)));
  }

  #bomb(batch: Buffer): Buffer {
    const compression = this.#random.pick([Compression.gzip, Compression.zstd]);
    return withCrc(withRecords(batch, bomb(compression), compression));
  }
}

function withRecords(batch: Buffer, records: Buffer, compression: number): Buffer {
  const made = Buffer.concat([batch.subarray(0, BATCH_HEADER_BYTES), records]);
  made.writeInt16BE((readBatchHeader(batch).attributes & ~7) | compression, ATTRIBUTES_AT);
  made.writeInt32BE(made.length - 12, BATCH_LENGTH_AT);
  return made;
}

function withCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
  return batch;
}
