/** Rows of the outbox as they come in the log: PostgreSQL's binary forms. */
import { type Relation, type TransactionInfo, type Tuple } from '../replication/index.ts';
import { type OutboxRecord } from './outbox-publisher.ts';

export interface WalRecord extends OutboxRecord {
  /** Undefined for a row that was read from the table. */
  readonly origin?: Origin;
}

/** The transaction that wrote a row. */
export type Origin = Pick<TransactionInfo, 'transactionId' | 'commitLsn'>;

const POSTGRES_EPOCH_MS = 946_684_800_000;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
/** `{}` in the binary form of jsonb: a version, then text. */
const EMPTY_HEADERS_BYTES = 3;

const COLUMNS = [
  'seq',
  'id',
  'aggregate_type',
  'aggregate_id',
  'topic',
  'key',
  'type',
  'schema_id',
  'payload',
  'headers',
  'created_at',
] as const;

type Places = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** Reads rows by the columns' places, which a later migration may change. */
export class WalRecordReader {
  private places: Places | undefined;

  describe(relation: Relation): void {
    const place = (name: string): number => relation.columns.findIndex((column) => column.name === name);
    this.places = Object.fromEntries(COLUMNS.map((name) => [name, place(name)])) as Places;
  }

  read(tuple: Tuple, origin: Origin): WalRecord {
    const places = this.places!;
    const headers = tuple.bytes(places.headers)!;
    const schemaId = tuple.bytes(places.schema_id);
    return {
      seq: tuple.bytes(places.seq)!.readBigInt64BE(0),
      id: uuidOf(tuple.bytes(places.id)!),
      aggregate: { type: tuple.text(places.aggregate_type)!, id: tuple.text(places.aggregate_id)! },
      topic: tuple.text(places.topic)!,
      key: tuple.bytes(places.key) ?? null,
      type: tuple.text(places.type)!,
      schemaId: schemaId ? schemaId.readInt32BE(0) : null,
      payload: tuple.bytes(places.payload) ?? null,
      headers:
        headers.length === EMPTY_HEADERS_BYTES
          ? NO_HEADERS
          : (JSON.parse(headers.toString('utf8', 1)) as Record<string, string>),
      createdAt: new Date(Number(tuple.bytes(places.created_at)!.readBigInt64BE(0)) / 1000 + POSTGRES_EPOCH_MS),
      origin,
    };
  }
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
