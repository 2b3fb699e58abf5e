import { encodeBatch, type BatchInput } from '../protocol/index.ts';

/** The time of a scenario's first record: 14 November 2023. */
export const FIRST_TIMESTAMP_MS = 1_700_000_000_000;

/** A batch of text records with one key, one second apart, as a producer sends it. */
export function batchOf(
  values: readonly string[],
  options: Omit<BatchInput, 'records'> & { readonly key?: string | null; readonly timestampMs?: number } = {},
): Buffer {
  const { key = 'key', timestampMs = FIRST_TIMESTAMP_MS, ...rest } = options;
  const records = values.map((value, index) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(value),
    timestampMs: timestampMs + index * 1000,
  }));
  return encodeBatch({ records, ...rest });
}
