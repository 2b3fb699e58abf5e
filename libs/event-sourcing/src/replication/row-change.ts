/** What of the old row a table's updates and deletes carry, as `pg_class.relreplident` has it. */
export type ReplicaIdentity = 'default' | 'nothing' | 'full' | 'index';

/** A column of a relation. */
export interface RelationColumn {
  readonly name: string;
  /** Object id of the type in `pg_type`. */
  readonly typeId: number;
  /** For example precision and scale of a `numeric`; -1 when there is none. */
  readonly typeModifier: number;
  /** Part of the replica identity: present in the old row of updates of it and of deletes. */
  readonly isIdentity: boolean;
}

/** A table as it was when the changes that follow were made. */
export interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly table: string;
  readonly replicaIdentity: ReplicaIdentity;
  readonly columns: readonly RelationColumn[];
}

/** The values of a row by number of the column. */
export interface RowValues {
  /** In PostgreSQL's text form; null for NULL, undefined for a large value that was not changed and is not in the log. */
  text(column: number): string | null | undefined;
}

export interface RowChange {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly relation: Relation;
  /** Place of the change in the log. */
  readonly lsn: bigint;
  /** The old row: whole under REPLICA IDENTITY FULL, otherwise only its identity, or null. */
  readonly before: Tuple | null;
  readonly after: Tuple | null;
}

/** The transaction that a change was part of. */
export interface TransactionInfo {
  readonly transactionId: number;
  readonly commitLsn: bigint;
  /** Microseconds since 1970. */
  readonly commitMicros: bigint;
}

const NULL = -1;
const UNCHANGED = -2;

/** A row as it lies in the message, decoded when asked. Its bytes stay as they are; they keep the received block in memory. */
export class Tuple implements RowValues {
  private readonly block: Buffer;
  /** Begin and end of each value; -1 or -2 as begin for NULL and unchanged. */
  private readonly spans: readonly number[];

  constructor(block: Buffer, spans: readonly number[]) {
    this.block = block;
    this.spans = spans;
  }

  get columnCount(): number {
    return this.spans.length / 2;
  }

  text(column: number): string | null | undefined {
    const start = this.spans[2 * column];
    if (start === undefined || start === UNCHANGED) return undefined;
    return start === NULL ? null : this.block.toString('utf8', start, this.spans[2 * column + 1]);
  }

  /** The value as it was sent, not copied. */
  bytes(column: number): Buffer | null | undefined {
    const start = this.spans[2 * column];
    if (start === undefined || start === UNCHANGED) return undefined;
    return start === NULL ? null : this.block.subarray(start, this.spans[2 * column + 1]);
  }
}

export const tupleSpans = { NULL, UNCHANGED } as const;
