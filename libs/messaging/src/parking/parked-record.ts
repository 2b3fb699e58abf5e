/** A record as its row: bytes as they are, headers in JSON with their bytes in base64. */
import { createHash } from 'node:crypto';
import type { RawHeaders, RawRecord } from '../client/index.ts';

export interface ParkedRow {
  readonly offset: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly timestamp_ms: string;
  readonly skipped: boolean;
}

export const hashOf = (key: Buffer): Buffer => createHash('sha256').update(key).digest();

export function headersToJson(headers: RawHeaders): string {
  const text = (bytes: Buffer): string => bytes.toString('base64');
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Buffer.isBuffer(value) ? text(value) : (value as readonly Buffer[]).map(text),
      ]),
    ),
  );
}

export function headersFromJson(headers: ParkedRow['headers']): RawHeaders {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? bytes(value) : value.map(bytes)]),
  );
}

export const recordOf = (key: Buffer, row: ParkedRow): RawRecord => ({
  offset: BigInt(row.offset),
  timestampMs: Number(row.timestamp_ms),
  key,
  value: row.value,
  headers: headersFromJson(row.headers),
});
