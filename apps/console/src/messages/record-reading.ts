/** What a scan asks of a record: its view for people, and what a filter sees of it. */
import type { RecordCursor } from '@headwater/messaging';
import type { FilterSubject } from './filter-expression.ts';
import type { DecodedValue, RawRecordView, RecordView } from './record-view.ts';
import { plain, type ValueDecoder } from './value-decoder.ts';

/** A larger value is not put into a list: it is shown when its record is opened. */
const LISTED_BYTES = 64 * 1024;

/** A record with its bytes, which are its own. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
}

export function recordAt(cursor: RecordCursor, partition: number): ReadRecord {
  const { source, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  const copy = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(source.subarray(start, end));
  const headers = Object.entries(cursor.headers()).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, headerText(value)] as const),
  );
  const { offset, timestampMs } = cursor;
  return { partition, offset, timestampMs, key: copy(keyStart, keyEnd), value: copy(valueStart, valueEnd), headers };
}

export async function viewOf(decoder: ValueDecoder, record: ReadRecord): Promise<RecordView> {
  const bytes = record.value?.length ?? 0;
  const value = bytes > LISTED_BYTES ? tooLarge(bytes) : await decoder.decode(record.value);
  return { ...placeOf(record), key: await decoder.decode(record.key), value };
}

export async function rawViewOf(decoder: ValueDecoder, record: ReadRecord): Promise<RawRecordView> {
  return {
    ...placeOf(record),
    key: await decoder.decode(record.key),
    value: await decoder.decode(record.value),
    rawKey: record.key?.toString('base64') ?? null,
    rawValue: record.value?.toString('base64') ?? null,
  };
}

export async function subjectOf(decoder: ValueDecoder, record: ReadRecord): Promise<FilterSubject> {
  const { partition, offset, timestamp, size } = placeOf(record);
  return {
    key: (await decoder.decode(record.key)).value,
    value: (await decoder.decode(record.value)).value,
    header: Object.fromEntries(record.headers),
    ...{ partition, offset, timestamp, size },
  };
}

function placeOf({ partition, offset, timestampMs, headers, key, value }: ReadRecord) {
  const timestamp = new Date(timestampMs).toISOString();
  return { partition, offset, timestamp, headers, size: (key?.length ?? 0) + (value?.length ?? 0) };
}

function tooLarge(bytes: number): DecodedValue {
  return { format: 'binary', value: null, problem: `${bytes} bytes: open the record to see them` };
}

function headerText(value: Buffer | null): string {
  if (value === null) return '';
  const { format, value: text } = plain(value);
  return format === 'json' ? value.toString('utf8') : String(text);
}
