/**
 * Debezium's envelope of a change, as JSON without schemas:
 *
 *     {"before":{…},"after":{…},"source":{…},"transaction":null,"op":"c","ts_ms":…,"ts_us":…,"ts_ns":…}
 *
 * `source.sequence` holds the places in the log of the transaction's commit and of the change, as Debezium's pair of the last commit
 * and the change does: it never goes back within a topic's partition but for repetitions. `source.lsn` alone does, since transactions
 * that ran side by side come in order of commit. Rows that one COPY inserted share their place. Those of the initial snapshot have the
 * slot's first place and 0, since the commit that is next in the log may begin just there, with changes that lie before it.
 *
 * `op` is r (read by the initial snapshot), c, u, d or t (truncate). What a row's encoder writes for a table is fixed by its columns,
 * so it is made once for each description of the table.
 * Source: Debezium's documentation of its PostgreSQL connector, "Data change events".
 */
import { type Relation, type RowValues, type TransactionInfo } from '../replication/index.ts';
import { columnJson, type ToJson } from './column-json.ts';

/** Stands for a large value that was not changed, and therefore is not in the log. */
export const UNAVAILABLE_VALUE = '__debezium_unavailable_value';

const UNAVAILABLE_JSON = JSON.stringify(UNAVAILABLE_VALUE);

export type Operation = 'r' | 'c' | 'u' | 'd' | 't';

export interface SourceNames {
  /** Logical name of the capture: Debezium's `topic.prefix`. */
  readonly name: string;
  readonly database: string;
}

/**
 * Makes the values of one table's records, in a form of its own: another than JSON is given in `CaptureOptions.encoding`. A row is
 * whatever the form takes it for.
 */
export interface EnvelopeEncoding<Row = unknown> {
  /** A row. @param fallback has values that the row leaves out because they did not change */
  row(values: RowValues | null, fallback?: RowValues | null): Row;
  change(operation: Operation, before: Row, after: Row, transaction: TransactionInfo, lsn: bigint): Buffer;
  /** A row of the initial snapshot. @param lsn the slot's first place: as a commit it comes before any change of the stream */
  read(row: Row, lsn: bigint): Buffer;
}

/** Makes the encoding of a table as it is described now. @throws ReplicationError when the table does not fit */
export type MakeEncoding = (names: SourceNames, relation: Relation, topic: string) => EnvelopeEncoding;

export class EnvelopeEncoder implements EnvelopeEncoding<string> {
  private readonly prefixes: readonly string[];
  private readonly converters: readonly ToJson[];
  private readonly sourceStart: string;
  private readonly sourceTable: string;
  private transaction: TransactionInfo | undefined;
  private transactionTimes = '';
  private transactionTail = '';

  constructor({ name, database }: SourceNames, relation: Relation) {
    this.prefixes = relation.columns.map(
      (column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
    );
    this.converters = relation.columns.map(({ typeId, typeModifier }) => columnJson(typeId, typeModifier));
    this.sourceStart = `{"version":"1","connector":"postgresql","name":${JSON.stringify(name)}`;
    this.sourceTable =
      `,"db":${JSON.stringify(database)},"schema":${JSON.stringify(relation.schema)}` +
      `,"table":${JSON.stringify(relation.table)}`;
  }

  /** A row as JSON. @param fallback has values that the row leaves out because they did not change */
  row(values: RowValues | null, fallback: RowValues | null = null): string {
    if (!values) return 'null';
    const { prefixes, converters } = this;
    let json = '';
    for (let column = 0; column < prefixes.length; column += 1) {
      let text = values.text(column);
      if (text === undefined) text = fallback?.text(column);
      const value = text === null ? 'null' : text === undefined ? UNAVAILABLE_JSON : converters[column]!(text);
      json += prefixes[column]! + value;
    }
    return `${json}}`;
  }

  /** @param before and @param after are rows as JSON */
  change(operation: Operation, before: string, after: string, transaction: TransactionInfo, lsn: bigint): Buffer {
    if (transaction !== this.transaction) this.begin(transaction);
    const source = `${this.sourceStart}${this.transactionTimes}"snapshot":"false"${this.sourceTable}`;
    const place = `${this.transactionTail}${lsn}\\"]","lsn":${lsn},"xmin":null}`;
    return Buffer.from(
      `{"before":${before},"after":${after},"source":${source}${place},` +
        `"transaction":null,"op":"${operation}",${clockTimes()}}`,
    );
  }

  /** A row of the initial snapshot. */
  read(row: string, lsn: bigint): Buffer {
    const times = clockTimes();
    const source = `${this.sourceStart},${times},"snapshot":"true"${this.sourceTable},"txId":null,"sequence":"[\\"${lsn}\\",\\"0\\"]","lsn":${lsn},"xmin":null}`;
    return Buffer.from(`{"before":null,"after":${row},"source":${source},"transaction":null,"op":"r",${times}}`);
  }

  private begin(transaction: TransactionInfo): void {
    this.transaction = transaction;
    const { commitMicros, transactionId } = transaction;
    this.transactionTimes = `,"ts_ms":${commitMicros / 1000n},"ts_us":${commitMicros},"ts_ns":${commitMicros}000,`;
    this.transactionTail = `,"txId":${transactionId},"sequence":"[\\"${transaction.commitLsn}\\",\\"`;
  }
}

let clockMs = 0;
let clockJson = '';

/** When the change was seen, as Debezium says it; made anew once a millisecond. */
function clockTimes(): string {
  const nowMs = Date.now();
  if (nowMs !== clockMs) {
    clockMs = nowMs;
    clockJson = `"ts_ms":${nowMs},"ts_us":${nowMs}000,"ts_ns":${nowMs}000000`;
  }
  return clockJson;
}
