/** Makes records of changes: the table's topic, the key's value, the envelope. */
import {
  type Relation,
  type RowChange,
  type RowValues,
  type TableName,
  type TransactionInfo,
} from '../replication/index.ts';
import { assertKey, tableKey, type TableToCapture } from './capture-options.ts';
import { type ChangeRecord } from './change-publisher.ts';
import { type EnvelopeEncoding, type MakeEncoding, type SourceNames } from './envelope.ts';

export interface CapturedRecord extends ChangeRecord {
  readonly topic: string;
}

export type TakeRecord = (record: CapturedRecord, bytes: number) => void;

/** A record's key, headers and object, roughly. */
const OVERHEAD_BYTES = 100;

/** A table as it is described now. */
interface Described {
  readonly table: TableToCapture;
  readonly encoder: EnvelopeEncoding;
  readonly noRow: unknown;
  readonly keyColumn: number;
  readonly columns: readonly string[];
}

export class CaptureRecords {
  private readonly names: SourceNames;
  private readonly tables: ReadonlyMap<string, TableToCapture>;
  private readonly messageIdHeader: string | undefined;
  private readonly makeEncoding: MakeEncoding;
  private readonly onSchemaChanged: (table: TableName, columns: readonly string[]) => void;
  private readonly described = new Map<number, Described | undefined>();
  private transaction: TransactionInfo | undefined;
  /** Records of the transaction so far: a transaction that comes again has the same ones. */
  private ordinal = 0;
  private readonly lastColumns = new Map<string, string>();

  constructor(
    names: SourceNames,
    tables: ReadonlyMap<string, TableToCapture>,
    messageIdHeader: string | undefined,
    makeEncoding: MakeEncoding,
    onSchemaChanged: (table: TableName, columns: readonly string[]) => void,
  ) {
    this.names = names;
    this.tables = tables;
    this.messageIdHeader = messageIdHeader;
    this.makeEncoding = makeEncoding;
    this.onSchemaChanged = onSchemaChanged;
  }

  /** Takes a table's description, the first or another. @throws ReplicationError */
  describe(relation: Relation): void {
    const name = tableKey(relation);
    const table = this.tables.get(name);
    if (!table) {
      this.described.set(relation.id, undefined);
      return;
    }
    const columns = relation.columns.map((column) => column.name);
    const keyColumn = assertKey(table, relation.columns);
    const encoder = this.makeEncoding(this.names, relation, table.topic);
    this.described.set(relation.id, { table, encoder, noRow: encoder.row(null), keyColumn, columns });
    const shape = JSON.stringify(relation.columns.map((column) => [column.name, column.typeId]));
    const before = this.lastColumns.get(name);
    this.lastColumns.set(name, shape);
    if (before !== undefined && before !== shape) this.onSchemaChanged(relation, columns);
  }

  /** The records of a row of the initial snapshot. */
  read(relation: Relation, row: RowValues, lsn: bigint, take: TakeRecord): void {
    const { table, encoder, keyColumn } = this.described.get(relation.id)!;
    const key = row.text(keyColumn) ?? null;
    this.give(take, table.topic, key, encoder.read(encoder.row(row), lsn));
  }

  change(change: RowChange, transaction: TransactionInfo, take: TakeRecord): void {
    const described = this.described.get(change.relation.id);
    if (!described) return;
    const { table, encoder, noRow, keyColumn } = described;
    this.count(transaction);
    const { before, after, lsn } = change;
    const keyBefore = before?.text(keyColumn);
    const keyAfter = after?.text(keyColumn) ?? keyBefore ?? null;
    if (change.kind === 'insert') {
      const value = encoder.change('c', noRow, encoder.row(after), transaction, lsn);
      this.give(take, table.topic, keyAfter, value);
    } else if (change.kind === 'delete') {
      this.delete(described, change, transaction, take);
    } else if (before && keyBefore !== keyAfter) {
      // The row moves to another key: it ends there and begins here, so that each key's records are complete.
      this.delete(described, change, transaction, take);
      const value = encoder.change('c', noRow, encoder.row(after, before), transaction, lsn);
      this.give(take, table.topic, keyAfter, value);
    } else {
      const value = encoder.change('u', encoder.row(before), encoder.row(after, before), transaction, lsn);
      this.give(take, table.topic, keyAfter, value);
    }
  }

  truncate(relation: Relation, lsn: bigint, transaction: TransactionInfo, take: TakeRecord): void {
    const described = this.described.get(relation.id);
    if (described?.table.truncate !== 'publish') return;
    this.count(transaction);
    const { encoder, noRow } = described;
    const value = encoder.change('t', noRow, noRow, transaction, lsn);
    this.give(take, described.table.topic, null, value);
  }

  private delete(
    { table, encoder, noRow, keyColumn }: Described,
    { before, lsn }: RowChange,
    transaction: TransactionInfo,
    take: TakeRecord,
  ): void {
    const key = before?.text(keyColumn) ?? null;
    this.give(take, table.topic, key, encoder.change('d', encoder.row(before), noRow, transaction, lsn));
    if (table.tombstones && key !== null) this.give(take, table.topic, key, null);
  }

  private count(transaction: TransactionInfo): void {
    if (transaction === this.transaction) return;
    this.transaction = transaction;
    this.ordinal = 0;
  }

  private give(take: TakeRecord, topic: string, key: string | null, value: Buffer | null): void {
    const bytes = OVERHEAD_BYTES + (value?.length ?? 0);
    if (this.messageIdHeader === undefined || !this.transaction) {
      take({ topic, key, value }, bytes);
      return;
    }
    this.ordinal += 1;
    const id = `${this.names.name}-${this.transaction.commitLsn}-${this.ordinal}`;
    take({ topic, key, value, headers: { [this.messageIdHeader]: id } }, bytes);
  }
}
