import { batchesIn, decodeRecords, encodeBatch, type Chunks, type DecodedRecord } from '../../protocol/index.ts';

/** One batch of text records, as a producer sends it. */
export function batchOf(values: readonly string[], options: { readonly key?: string | null } = {}): Buffer {
  const key = options.key === undefined ? 'key' : options.key;
  const timestampMs = Date.now();
  return encodeBatch({
    baseOffset: 0,
    records: values.map((value) => ({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
      headers: [],
      timestampMs,
    })),
  });
}

/** The records of a Fetch answer. */
export function recordsIn(chunks: Chunks | null): DecodedRecord[] {
  return [...batchesIn(chunks ?? [])].flatMap((batch) => [...decodeRecords(batch)]);
}

/** Their values as text. */
export function valuesIn(chunks: Chunks | null): string[] {
  return recordsIn(chunks).map(({ value }) => value?.toString() ?? '');
}
