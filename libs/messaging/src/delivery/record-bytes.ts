import type { RecordToWrite } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';

/** A record's framing in a batch is a few dozen bytes at most. */
const overheadBytes = 64;

/** What a record takes of a request, framing included, rounded up. */
export function bytesOfRecord(record: RecordToWrite): number {
  let bytes = overheadBytes + (record.value?.length ?? 0) + (record.key === null ? 0 : Buffer.byteLength(record.key));
  for (const [name, value] of Object.entries(record.headers ?? {}))
    for (const item of Array.isArray(value) ? (value as readonly (string | Buffer)[]) : [value as string | Buffer])
      bytes += name.length + Buffer.byteLength(item) + 8;
  return bytes;
}

/** @throws {MessagingError} `RECORD_TOO_LARGE` */
export function assertFits(topic: string, bytes: number, maxRequestBytes: number): void {
  if (bytes <= maxRequestBytes) return;
  throw new MessagingError(
    'RECORD_TOO_LARGE',
    `A record for topic ${topic} is ${bytes} bytes; the most is ${maxRequestBytes}. Store what is large elsewhere and send where it is`,
  );
}
