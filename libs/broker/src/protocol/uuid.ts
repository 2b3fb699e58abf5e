/**
 * Topic ids and directory ids: 128-bit values, in memory as the canonical 8-4-4-4-12 lower-case hex string, on the wire
 * and on disk as 16 bytes, in Kafka's text files and messages as 22 characters of unpadded base64url.
 */
import { randomBytes } from 'node:crypto';

/** Says "no id" on the wire. */
export const ZERO_UUID = '00000000-0000-0000-0000-000000000000';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DASH = 0x2d;
/** The value of a lower-case hex digit by its character code, -1 for other characters. */
const DIGIT_VALUE = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** The uuid whose 16 bytes start at `at`. */
export function uuidFromBytes(bytes: Buffer, at = 0): string {
  let text = '';
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += HEX[bytes[at + index]!]!;
  }
  return text;
}

/** @throws RangeError when `uuid` is not in canonical form. */
export function uuidToBytes(uuid: string): Buffer {
  const bytes = Buffer.alloc(16);
  writeUuid(uuid, bytes, 0);
  return bytes;
}

/** Writes the 16 bytes of `uuid` from `at` on. @throws RangeError when it is not in canonical form. */
export function writeUuid(uuid: string, target: Buffer, at: number): void {
  let valid = uuid.length === 36;
  for (let index = 0, place = 0; valid && index < 16; index++) {
    if (place === 8 || place === 13 || place === 18 || place === 23) valid = uuid.charCodeAt(place++) === DASH;
    const high = DIGIT_VALUE[uuid.charCodeAt(place++)] ?? -1;
    const low = DIGIT_VALUE[uuid.charCodeAt(place++)] ?? -1;
    valid &&= high >= 0 && low >= 0;
    target[at + index] = (high << 4) | low;
  }
  if (!valid) throw new RangeError(`Not a uuid in canonical lower-case form: ${JSON.stringify(uuid)}`);
}

/** As Kafka prints it (`topic_id` in `partition.metadata`, `cluster.id` in `meta.properties`, the tools' output). */
export function uuidToBase64(uuid: string): string {
  return uuidToBytes(uuid).toString('base64url');
}

/** @throws RangeError when `text` is not 16 bytes of base64url. */
export function uuidFromBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 16) throw new RangeError(`Not a uuid in base64url: ${JSON.stringify(text)}`);
  return uuidFromBytes(bytes);
}

/**
 * A random id (version 4, RFC 9562) that Kafka's tools accept too: its base64 form does not start with a dash, which they
 * would take for an option.
 *
 * @param random gives that many random bytes; for tests with a seed.
 */
export function randomUuid(random: (byteCount: number) => Buffer = randomBytes): string {
  for (;;) {
    const bytes = Buffer.from(random(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    if (!bytes.toString('base64url').startsWith('-')) return uuidFromBytes(bytes);
  }
}
