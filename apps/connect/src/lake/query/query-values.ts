/** DuckDB's values as JSON has them. What a number of JSON cannot hold exactly is text; bytes are base64; a map is an object. */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** ISO 8601, to the microsecond where there are any. */
function momentText(micros: bigint, zone: string): string {
  const below = ((micros % 1000n) + 1000n) % 1000n;
  const milliseconds = Number((micros - below) / 1000n);
  if (Math.abs(milliseconds) > 8.64e15) return `${micros} microseconds since 1970`;
  const text = new Date(milliseconds).toISOString().slice(0, -1);
  return (below === 0n ? text : text + String(below).padStart(3, '0')) + zone;
}

export function jsonValue(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampTZValue) return momentText(value.micros, 'Z');
  if (value instanceof DuckDBTimestampValue) return momentText(value.micros, '');
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBListValue) return value.items.map(jsonValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, entry]) => [name, jsonValue(entry)]));
  if (value instanceof DuckDBMapValue)
    return Object.fromEntries(value.entries.map((entry) => [String(entry.key), jsonValue(entry.value)]));
  return String(value);
}
