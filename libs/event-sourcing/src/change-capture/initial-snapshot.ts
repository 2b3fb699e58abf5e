/**
 * Reads the captured tables as they were at the slot's first change: one transaction on the slot's exported snapshot, so that no row
 * is missed or read twice at the seam. If it breaks, the slot is dropped and everything is read again: a reader sees rows a second
 * time, with op `r`.
 */
import {
  identifier,
  parseLsn,
  type CreatedSlot,
  type Relation,
  type RowValues,
  type SlotPreparation,
} from '../replication/index.ts';
import { type TableToCapture } from './capture-options.ts';
import { type CapturedRecord, type CaptureRecords } from './capture-record.ts';

const PAGE_ROWS = 2000;

/** Published columns in order, with what their identity is. */
const COLUMNS = `
SELECT c.oid::int8 AS relation_id, a.attname AS name, a.atttypid::int8 AS type_id, a.atttypmod AS type_modifier, c.relreplident AS identity,
  c.relreplident = 'f' OR EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey)
      AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
  ) AS is_identity
FROM pg_publication_tables p
JOIN pg_class c ON c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY (p.attnames)
WHERE p.pubname = $1 AND p.schemaname = $2 AND p.tablename = $3
ORDER BY a.attnum`;

interface ColumnRow {
  readonly relation_id: string;
  readonly name: string;
  readonly type_id: string;
  readonly type_modifier: number;
  readonly identity: string;
  readonly is_identity: boolean;
}

const IDENTITIES = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const;

/** The table's description as the stream will give it. */
export async function describeTable(
  { control }: SlotPreparation<CapturedRecord>,
  publication: string,
  { schema, table }: TableToCapture,
): Promise<Relation> {
  const { rows } = await control.query<ColumnRow>(COLUMNS, [publication, schema, table]);
  const identity = (rows[0]?.identity ?? 'n') as keyof typeof IDENTITIES;
  return {
    id: Number(rows[0]?.relation_id ?? 0),
    schema,
    table,
    replicaIdentity: IDENTITIES[identity],
    columns: rows.map((row) => ({
      name: row.name,
      typeId: Number(row.type_id),
      typeModifier: row.type_modifier,
      isIdentity: row.is_identity,
    })),
  };
}

export interface SnapshotParts {
  readonly preparation: SlotPreparation<CapturedRecord>;
  readonly created: CreatedSlot;
  readonly records: CaptureRecords;
  readonly relations: readonly Relation[];
  readonly onRows: (relation: Relation, rows: number) => void;
}

/** @returns how many rows were published */
export async function publishSnapshot({
  preparation,
  created,
  records,
  relations,
  onRows,
}: SnapshotParts): Promise<number> {
  const lsn = parseLsn(created.consistentPoint);
  let total = 0;
  for (const relation of relations) {
    let rows = 0;
    const publish = async (page: readonly (string | null)[][]): Promise<void> => {
      const items: CapturedRecord[] = [];
      for (const values of page) records.read(relation, new PageRow(values), lsn, (record) => items.push(record));
      await preparation.publish(items);
      rows += page.length;
      onRows(relation, rows);
    };
    await readPages(preparation, relation, publish);
    total += rows;
  }
  return total;
}

/** One page is published while the next is read. */
async function readPages(
  { control }: SlotPreparation<CapturedRecord>,
  relation: Relation,
  publish: (page: readonly (string | null)[][]) => Promise<void>,
): Promise<void> {
  const columns = relation.columns.map(({ name }) => identifier(name)).join(', ');
  const from = `${identifier(relation.schema)}.${identifier(relation.table)}`;
  await control.query(`DECLARE capture_rows NO SCROLL CURSOR FOR SELECT ${columns} FROM ${from}`);
  let publishing: Promise<unknown> = Promise.resolve();
  for (;;) {
    const fetching = control.queryArrays<(string | null)[]>({
      text: `FETCH ${PAGE_ROWS} FROM capture_rows`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    });
    const [{ rows }] = await Promise.all([fetching, publishing]);
    if (rows.length === 0) break;
    publishing = publish(rows);
    // Awaited with the next page; a failure before that is no unhandled one.
    publishing.catch(() => undefined);
  }
  await control.query('CLOSE capture_rows');
}

class PageRow implements RowValues {
  private readonly values: readonly (string | null)[];

  constructor(values: readonly (string | null)[]) {
    this.values = values;
  }

  text(column: number): string | null | undefined {
    return this.values[column];
  }
}
