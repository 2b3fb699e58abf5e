/**
 * Messages of PostgreSQL's output plugin `pgoutput`, protocol versions 1 and 2 without streamed transactions: transactions arrive
 * whole, in order of commit.
 *
 *     B commit lsn(8) time(8) xid(4)             begin
 *     C flags(1) commit lsn(8) end lsn(8) time   commit
 *     R oid name… identity(1) columns            relation, before its first change and after it was altered
 *     I U D oid [K|O old row] [N new row]        row changes
 *     T count flags oid…                         truncate
 *     M flags lsn(8) prefix content              pg_logical_emit_message
 *     Y O                                        types and origins, not needed
 *
 * A row is a count (2) and for each column a kind: n null, u unchanged and large, t text or b binary with size (4) and value.
 * Source: PostgreSQL's documentation, "Logical Replication Message Formats". Nothing is copied out of the received block.
 */
import { ReplicationError } from './replication-error.ts';
import {
  Tuple,
  tupleSpans,
  type Relation,
  type RelationColumn,
  type ReplicaIdentity,
  type RowChange,
  type TransactionInfo,
} from './row-change.ts';

export interface DecodedMessage {
  readonly lsn: bigint;
  readonly transactional: boolean;
  readonly prefix: string;
  readonly content: Buffer;
}

/** Takes what was decoded, one call for each message, synchronously. */
export interface DecoderSink {
  begin(transaction: TransactionInfo): void;
  /** @param endLsn where the transaction's commit ends, and reading may begin anew */
  commit(endLsn: bigint): void;
  relation(relation: Relation): void;
  change(change: RowChange): void;
  truncate(relations: readonly Relation[], lsn: bigint): void;
  message(message: DecodedMessage): void;
}

/** Microseconds from 1970 to 2000, where PostgreSQL's clock begins. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n;

const IDENTITIES: Readonly<Record<string, ReplicaIdentity>> = { d: 'default', n: 'nothing', f: 'full', i: 'index' };

const tag = (letter: string): number => letter.charCodeAt(0);
const BEGIN = tag('B');
const COMMIT = tag('C');
const RELATION = tag('R');
const INSERT = tag('I');
const UPDATE = tag('U');
const DELETE = tag('D');
const TRUNCATE = tag('T');
const MESSAGE = tag('M');
const TYPE = tag('Y');
const ORIGIN = tag('O');
const OLD_KEY = tag('K');
const OLD_ROW = tag('O');
const NULL_VALUE = tag('n');
const UNCHANGED_VALUE = tag('u');
const TEXT_VALUE = tag('t');
const BINARY_VALUE = tag('b');

export class PgoutputDecoder {
  private readonly sink: DecoderSink;
  private readonly relations = new Map<number, Relation>();
  private block: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(sink: DecoderSink) {
    this.sink = sink;
  }

  /** @throws ReplicationError REPLICATION_PROTOCOL */
  decode(block: Buffer, start: number, lsn: bigint): void {
    this.block = block;
    this.at = start + 1;
    const kind = block[start]!;
    if (kind === INSERT) this.insert(lsn);
    else if (kind === UPDATE) this.update(lsn);
    else if (kind === DELETE) this.delete(lsn);
    else if (kind === BEGIN) this.begin();
    else if (kind === COMMIT) this.sink.commit(block.readBigUInt64BE(start + 10));
    else if (kind === RELATION) this.relation();
    else if (kind === TRUNCATE) this.truncate(lsn);
    else if (kind === MESSAGE) this.message();
    else if (kind !== TYPE && kind !== ORIGIN) throw unknown(`message '${String.fromCharCode(kind)}'`);
  }

  private begin(): void {
    const { block, at } = this;
    this.sink.begin({
      commitLsn: block.readBigUInt64BE(at),
      commitMicros: block.readBigInt64BE(at + 8) + POSTGRES_EPOCH_MICROS,
      transactionId: block.readUInt32BE(at + 16),
    });
  }

  private relation(): void {
    const id = this.uint32();
    const schema = this.name() || 'pg_catalog';
    const table = this.name();
    const replicaIdentity = IDENTITIES[String.fromCharCode(this.block[this.at++]!)];
    if (!replicaIdentity) throw unknown(`replica identity of ${schema}.${table}`);
    const columns = Array.from({ length: this.uint16() }, () => this.column());
    const relation = { id, schema, table, replicaIdentity, columns };
    this.relations.set(id, relation);
    this.sink.relation(relation);
  }

  private column(): RelationColumn {
    const isIdentity = (this.block[this.at++]! & 1) === 1;
    const name = this.name();
    const typeId = this.uint32();
    const typeModifier = this.uint32() | 0;
    return { name, typeId, typeModifier, isIdentity };
  }

  private insert(lsn: bigint): void {
    const relation = this.relationOf(this.uint32());
    this.at += 1;
    this.sink.change({ kind: 'insert', relation, lsn, before: null, after: this.tuple() });
  }

  private update(lsn: bigint): void {
    const relation = this.relationOf(this.uint32());
    const kind = this.block[this.at++]!;
    const hasBefore = kind === OLD_KEY || kind === OLD_ROW;
    const before = hasBefore ? this.tuple() : null;
    if (hasBefore) this.at += 1;
    this.sink.change({ kind: 'update', relation, lsn, before, after: this.tuple() });
  }

  private delete(lsn: bigint): void {
    const relation = this.relationOf(this.uint32());
    this.at += 1;
    this.sink.change({ kind: 'delete', relation, lsn, before: this.tuple(), after: null });
  }

  private truncate(lsn: bigint): void {
    const count = this.uint32();
    this.at += 1;
    const relations = Array.from({ length: count }, () => this.relationOf(this.uint32()));
    this.sink.truncate(relations, lsn);
  }

  private message(): void {
    const transactional = (this.block[this.at]! & 1) === 1;
    const lsn = this.block.readBigUInt64BE(this.at + 1);
    this.at += 9;
    const prefix = this.name();
    const size = this.uint32();
    this.sink.message({ lsn, transactional, prefix, content: this.block.subarray(this.at, this.at + size) });
  }

  private tuple(): Tuple {
    const { block } = this;
    let at = this.at;
    const count = (block[at]! << 8) | block[at + 1]!;
    at += 2;
    const spans: number[] = [];
    for (let column = 0; column < count; column += 1) {
      const kind = block[at++]!;
      if (kind === TEXT_VALUE || kind === BINARY_VALUE) {
        const size = (block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!;
        at += 4;
        spans.push(at, at + size);
        at += size;
      } else if (kind === NULL_VALUE) spans.push(tupleSpans.NULL, 0);
      else if (kind === UNCHANGED_VALUE) spans.push(tupleSpans.UNCHANGED, 0);
      else throw unknown(`value of kind '${String.fromCharCode(kind)}'`);
    }
    this.at = at;
    return new Tuple(block, spans);
  }

  private relationOf(id: number): Relation {
    const relation = this.relations.get(id);
    if (!relation) throw unknown(`relation ${id}, which was not described`);
    return relation;
  }

  private uint32(): number {
    const number = this.block.readUInt32BE(this.at);
    this.at += 4;
    return number;
  }

  private uint16(): number {
    const number = this.block.readUInt16BE(this.at);
    this.at += 2;
    return number;
  }

  private name(): string {
    const end = this.block.indexOf(0, this.at);
    const name = this.block.toString('utf8', this.at, end);
    this.at = end + 1;
    return name;
  }
}

function unknown(what: string): ReplicationError {
  return new ReplicationError(
    'REPLICATION_PROTOCOL',
    `pgoutput sent an unknown ${what}: the server is newer than this reader knows`,
  );
}
