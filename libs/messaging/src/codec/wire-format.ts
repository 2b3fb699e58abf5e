/**
 * Confluent's wire format (Schema Registry documentation, "Wire format"):
 *
 *     byte 0        magic, 0
 *     bytes 1..4    schema id, big-endian
 *     bytes 5..     the Avro body
 */
import { MessagingError } from '../errors/index.ts';

const headerBytes = 5;

export function frame(schemaId: number, body: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(headerBytes + body.length);
  framed[0] = 0;
  framed.writeInt32BE(schemaId, 1);
  body.copy(framed, headerBytes);
  return framed;
}

/** @throws {MessagingError} `RECORD_UNREADABLE` when the bytes do not start as they should. */
export function unframe(value: Buffer): { schemaId: number; body: Buffer } {
  if (value.length < headerBytes || value[0] !== 0)
    throw new MessagingError(
      'RECORD_UNREADABLE',
      `The value is not in Confluent's wire format: it starts with ${value.subarray(0, headerBytes).toString('hex') || 'nothing'}, ` +
        'not with 00 and a schema id of four bytes',
    );
  return { schemaId: value.readInt32BE(1), body: value.subarray(headerBytes) };
}
