/**
 * Debezium's envelope as a contract's Avro record: `before` and `after` are the table's rows, the rest is named as Debezium names it.
 * A contract takes of it what it has fields for.
 */
import { type EventContract, type TopicContract } from '@headwater/contracts';
import {
  ReplicationError,
  type EnvelopeEncoding,
  type Operation,
  type Relation,
  type RowValues,
  type SourceNames,
  type TransactionInfo,
} from '@headwater/event-sourcing';
import { type EventCodec } from '@headwater/messaging';
import { VERSION } from '../../version.ts';
import { AvroRows, type AvroRow, type SchemaField, type SchemaNode, type SchemaObject } from './avro-values.ts';

/** A topic's contract with its one event. */
export interface EnvelopeContract {
  readonly contract: TopicContract;
  readonly event: EventContract;
}

export class AvroEnvelope implements EnvelopeEncoding<AvroRow | null> {
  private readonly rows: AvroRows;
  private readonly sourceOfTable: Readonly<Record<string, unknown>>;

  /** @throws ReplicationError when the table does not fit the contract */
  constructor(
    private readonly codec: EventCodec,
    private readonly topic: EnvelopeContract,
    { name, database }: SourceNames,
    relation: Relation,
  ) {
    const { schema, table } = relation;
    this.rows = new AvroRows(relation, rowSchemaOf(topic));
    this.sourceOfTable = { version: VERSION, connector: 'postgresql', name, db: database, schema, table, xmin: null };
  }

  row(values: RowValues | null, fallback: RowValues | null = null): AvroRow | null {
    return values && this.rows.row(values, fallback);
  }

  change(
    op: Operation,
    before: AvroRow | null,
    after: AvroRow | null,
    { commitLsn, commitMicros, transactionId }: TransactionInfo,
    lsn: bigint,
  ): Buffer {
    const source = {
      ...this.sourceOfTable,
      ts_ms: Number(commitMicros / 1000n),
      ts_us: Number(commitMicros),
      snapshot: 'false',
      sequence: `["${commitLsn}","${lsn}"]`,
      txId: transactionId,
      lsn: Number(lsn),
    };
    return this.encode(op, before, after, source);
  }

  read(row: AvroRow | null, lsn: bigint): Buffer {
    const nowMs = Date.now();
    const source = {
      ...this.sourceOfTable,
      ts_ms: nowMs,
      ts_us: nowMs * 1000,
      snapshot: 'true',
      sequence: `["${lsn}","0"]`,
      txId: null,
      lsn: Number(lsn),
    };
    return this.encode('r', null, row, source);
  }

  private encode(op: Operation, before: AvroRow | null, after: AvroRow | null, source: object): Buffer {
    const { contract, event } = this.topic;
    const seenMs = Date.now();
    try {
      return this.codec.encode(contract, event, {
        before,
        after,
        source,
        op,
        ts_ms: seenMs,
        ts_us: seenMs * 1000,
        transaction: null,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ReplicationError(
        'RECORD_REFUSED',
        `a change does not fit the contract of topic ${contract.name}: ${reason}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** The record of a row: the one that `before` and `after` are. @throws ReplicationError when the contract is no envelope */
function rowSchemaOf({ contract, event }: EnvelopeContract): SchemaObject {
  const { fields = [] } = JSON.parse(event.schema) as { readonly fields?: readonly SchemaField[] };
  for (const name of ['before', 'after']) {
    const type = fields.find((field) => field.name === name)?.type;
    const record = [type ?? []].flat().find((branch) => isRecord(branch));
    if (record) return record as SchemaObject;
  }
  throw new ReplicationError(
    'RECORD_REFUSED',
    `the contract of topic ${contract.name} is no envelope: ${event.name} has no record in before or after`,
  );
}

function isRecord(node: SchemaNode): boolean {
  return typeof node === 'object' && !Array.isArray(node) && (node as SchemaObject).type === 'record';
}
