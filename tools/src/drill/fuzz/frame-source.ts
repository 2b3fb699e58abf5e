/** Frames of all kinds, from noise to requests that are right but for one bit. The size field always fits what follows it. */
import { apis } from '@headwater/broker-core/protocol';
import type { Random } from '../random.ts';
import { RequestSource, type FuzzFrame } from './request-source.ts';

const HEADER_BYTES = 8;
const MOST_NOISE_BYTES = 400;
const EXTREMES = [0, 1, -1, 2, 127, 128, 32_767, -32_768, 2 ** 31 - 1, -(2 ** 31), 0x00ff_ffff, 100_000_000];

export class FrameSource {
  readonly #random: Random;
  readonly #requests: RequestSource;
  #correlationId = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#requests = new RequestSource(random.fork());
  }

  /** The next frame's correlation id is in its bytes 8 to 12, as in every frame that is long enough. */
  next(): FuzzFrame {
    const dice = this.#random.next();
    this.#correlationId = (this.#correlationId + 1) % 2 ** 30;
    if (dice < 0.02) return { bytes: sized(this.#noise(MOST_NOISE_BYTES)) };
    if (dice < 0.17) return { bytes: this.#madeUpBody() };
    const frame = this.#requests.frame(this.#correlationId);
    if (dice < 0.5) return frame;
    return { bytes: sized(this.#damaged(frame.bytes.subarray(4))) };
  }

  /** Mostly small numbers, for lengths and counts that lead further than noise would. */
  #madeUpBody(): Buffer {
    const random = this.#random;
    const api = random.pick(apis);
    const body = Buffer.alloc(random.below(200));
    for (let at = 0; at < body.length; at++) body[at] = random.chance(0.7) ? random.below(4) : random.below(256);
    const header = Buffer.alloc(HEADER_BYTES + 2);
    // Now and then a version that is not served, or an API that nobody knows.
    const isKnown = random.chance(0.9);
    header.writeInt16BE(isKnown ? api.key : random.between(-2, 120), 0);
    header.writeInt16BE(isKnown ? random.between(api.minVersion, api.maxVersion) : random.between(-1, 30), 2);
    header.writeInt32BE(this.#correlationId, 4);
    header.writeInt16BE(-1, HEADER_BYTES);
    return sized(Buffer.concat([header, body]));
  }

  #noise(mostBytes: number): Buffer {
    const noise = Buffer.alloc(this.#random.below(mostBytes));
    for (let at = 0; at < noise.length; at++) noise[at] = this.#random.below(256);
    return noise;
  }

  /** The frame without its size field, changed in one to three places behind the correlation id. */
  #damaged(frame: Buffer): Buffer {
    let bytes = frame;
    for (let count = this.#random.between(1, 3); count > 0; count--) bytes = this.#damagedOnce(bytes);
    return bytes;
  }

  #damagedOnce(bytes: Buffer): Buffer {
    const random = this.#random;
    const free = Math.max(1, bytes.length - HEADER_BYTES);
    const at = Math.min(bytes.length, HEADER_BYTES + random.below(free));
    const size = random.below(Math.min(64, bytes.length - at) + 1);
    const slice = bytes.subarray(at, at + size);
    switch (random.below(7)) {
      case 0:
      case 1:
        if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
        return bytes;
      case 2:
        if (at + 4 <= bytes.length) bytes.writeInt32BE(random.pick(EXTREMES), at);
        return bytes;
      case 3:
        return bytes.subarray(0, at);
      case 4:
        // A slice twice.
        return Buffer.concat([bytes.subarray(0, at), slice, bytes.subarray(at)]);
      case 5:
        // A slice to the end.
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size), slice]);
      default:
        // A varint of any length, also one that never ends.
        return Buffer.concat([bytes.subarray(0, at), this.#varint(), bytes.subarray(at)]);
    }
  }

  #varint(): Buffer {
    const random = this.#random;
    const long = Buffer.alloc(random.between(1, 12), 0xff);
    if (random.chance(0.7)) long[long.length - 1] = random.below(128);
    return long;
  }
}

function sized(body: Buffer): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}
