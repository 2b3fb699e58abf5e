import { randomUUID } from 'node:crypto';

/** A UUID version 7 (RFC 9562): it begins with the time, so that an index over ids grows at its end. */
export function newEventId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // Of a version 4 only the first 48 bits and the version differ, and Node makes those faster than it fills a buffer.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** When an id of version 7 was made, on its maker's clock; undefined of other ids. */
export function timeOfId(id: string): Date | undefined {
  const digits = id.replaceAll('-', '');
  return digits[12] === '7' ? new Date(Number.parseInt(digits.slice(0, 12), 16)) : undefined;
}
