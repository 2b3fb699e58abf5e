import type { RawHeaders } from '../client/index.ts';

/** A record's headers: bytes, decoded when asked for. */
export class MessageHeaders {
  constructor(readonly raw: RawHeaders) {}

  /** The last value of a header, as bytes. */
  bytes(name: string): Buffer | undefined {
    const value = this.raw[name];
    return Array.isArray(value) ? (value as readonly Buffer[]).at(-1) : (value as Buffer | undefined);
  }

  /** The last value of a header, as UTF-8. */
  text(name: string): string | undefined {
    return this.bytes(name)?.toString('utf8');
  }
}
