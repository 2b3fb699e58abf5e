/** A record as the API tells it. Plain JSON; the page shares these types. */

/** `avro`, `json-schema` and `protobuf` come in Confluent's wire format, with a schema of the registry; the others are guessed. */
export type ValueFormat = 'avro' | 'json-schema' | 'protobuf' | 'json' | 'text' | 'binary' | 'none';

export interface DecodedValue {
  readonly format: ValueFormat;
  /** What the bytes say: JSON, a text, or base64 where they are neither; null for none. */
  readonly value: unknown;
  /** Of the schema that it was written with. */
  readonly schemaId?: number;
  /** Full name of the record that the schema describes. */
  readonly name?: string;
  /** Why it is shown as bytes though it carries a schema's id. */
  readonly problem?: string;
}

export interface RecordView {
  readonly partition: number;
  readonly offset: number;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly key: DecodedValue;
  readonly value: DecodedValue;
  /** Name and text of each header, in their order; bytes that are no text in base64. */
  readonly headers: readonly (readonly [string, string])[];
  /** Bytes of key and value. */
  readonly size: number;
}

/** A record with its bytes. */
export interface RawRecordView extends RecordView {
  /** Base64; null for none. */
  readonly rawKey: string | null;
  readonly rawValue: string | null;
}

/** How far a scan has come. */
export interface ScanProgress {
  readonly scanned: number;
  readonly matched: number;
  /** Offsets from where it began to where it ends; null while it follows the end. */
  readonly total: number | null;
  /** Offsets that it has passed. */
  readonly passed: number;
  /** Matches that came faster than they are shown, while it follows the end. */
  readonly skipped: number;
}

export interface ScanEnd extends ScanProgress {
  /** `end`: nothing more is there; `limit`: as many were found as asked for; `time`: it took too long. */
  readonly reason: 'end' | 'limit' | 'time';
  /** Where to go on, as `from`. */
  readonly next: string | null;
}
