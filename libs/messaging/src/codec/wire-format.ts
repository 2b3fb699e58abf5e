/**
 * Confluent's wire format (Schema Registry documentation, "Wire format"):
 *
 *     byte 0        magic, 0
 *     bytes 1..4    schema id, big-endian
 *     bytes 5..     the Avro body
 */
import { MessagingError } from '../errors/index.ts';

/** Where the body begins. */
export const headerBytes = 5;

export function frame(schemaId: number, body: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(headerBytes + body.length);
  framed[0] = 0;
  framed.writeInt32BE(schemaId, 1);
  body.copy(framed, headerBytes);
  return framed;
}

/**
 * The schema id of the value from `start` to before `end`.
 * @throws {MessagingError} `RECORD_UNREADABLE` when the bytes do not start as they should.
 */
export function schemaIdAt(source: Buffer, start: number, end: number): number {
  if (end - start < headerBytes || source[start] !== 0) {
    const head = source.toString('hex', start, Math.min(start + headerBytes, end)) || 'nothing';
    throw new MessagingError(
      'RECORD_UNREADABLE',
      `The value is not in Confluent's wire format: it starts with ${head}, not with 00 and a schema id of four bytes`,
    );
  }
  return source.readInt32BE(start + 1);
}
