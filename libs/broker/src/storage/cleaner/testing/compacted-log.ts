/**
 * A compacted log beside a model of what it must hold: a list of records, and the rules of compaction in their plainest form.
 */
import {
  batchesIn,
  type Compression,
  decodeRecords,
  decodeTransactionMarker,
  encodeBatch,
  encodeTransactionMarker,
} from '../../../protocol/index.ts';
import type { PartitionLog } from '../../partition-log.ts';

/** A record as it was appended. */
export interface ModelRecord {
  readonly offset: number;
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: string | null;
  readonly timestampMs: number;
  readonly batch: ModelBatch;
}

interface ModelBatch {
  readonly producerId: number;
  readonly transaction: ModelTransaction | undefined;
  /** When its tombstones may go; set when they are first cleaned. */
  horizonMs: number | undefined;
}

interface ModelTransaction {
  outcome: 'open' | 'committed' | 'aborted';
}

interface ModelProducer {
  sequence: number;
  transaction: ModelTransaction | undefined;
}

export interface NewRecord {
  readonly key: string;
  readonly value: string | null;
}

export interface NewBatch {
  readonly records: readonly NewRecord[];
  readonly timestampMs: number;
  /** Undefined: without idempotence. */
  readonly producerId?: number | undefined;
  readonly transactional?: boolean;
  readonly compression?: Compression;
}

/** `offset:key=value` of a record; a tombstone's value is `-`. */
function lineOf({ offset, key, value }: { offset: number; key: string; value: string | null }): string {
  return `${offset}:${key}=${value ?? '-'}`;
}

export class CompactedLogModel {
  records: ModelRecord[] = [];
  readonly #producers = new Map<number, ModelProducer>();

  /** The batch's bytes; `took` must be told where it landed. */
  encode({ records, timestampMs, producerId, transactional = false, compression }: NewBatch): Buffer {
    const producer = producerId === undefined ? undefined : this.#producer(producerId);
    return encodeBatch({
      records: records.map(({ key, value }) => ({
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        timestampMs,
      })),
      ...(compression !== undefined && { compression }),
      ...(producer && { producerId: producerId!, producerEpoch: 0, baseSequence: producer.sequence, transactional }),
    });
  }

  took({ records, timestampMs, producerId = -1, transactional = false }: NewBatch, baseOffset: number): void {
    const producer = this.#producer(producerId);
    producer.sequence += records.length;
    if (transactional) producer.transaction ??= { outcome: 'open' };
    const transaction = transactional ? producer.transaction : undefined;
    const batch = { producerId, transaction, horizonMs: undefined };
    records.forEach(({ key, value }, index) =>
      this.records.push({ offset: baseOffset + index, key, value, timestampMs, batch }),
    );
  }

  hasOpenTransaction(producerId: number): boolean {
    return this.#producers.get(producerId)?.transaction !== undefined;
  }

  ended(producerId: number, committed: boolean): void {
    const producer = this.#producer(producerId);
    producer.transaction!.outcome = committed ? 'committed' : 'aborted';
    producer.transaction = undefined;
  }

  /** A cleaning of everything below `endOffset`. */
  clean(endOffset: number, nowMs: number, deleteRetentionMs: number): void {
    const newest = new Map<string, number>();
    const isData = ({ offset, batch }: ModelRecord) => offset < endOffset && batch.transaction?.outcome !== 'aborted';
    for (const record of this.records.filter(isData)) newest.set(record.key, record.offset);
    this.records = this.records.filter((record) => {
      if (record.offset >= endOffset) return true;
      if (!isData(record) || newest.get(record.key) !== record.offset) return false;
      const { horizonMs } = record.batch;
      return record.value !== null || horizonMs === undefined || horizonMs > nowMs;
    });
    for (const { offset, value, batch } of this.records) {
      if (offset < endOffset && value === null) batch.horizonMs ??= nowMs + deleteRetentionMs;
    }
  }

  /** What a reader of committed records sees, up to the first open transaction. */
  committed(): string[] {
    const open = this.records.find(({ batch }) => batch.transaction?.outcome === 'open');
    return this.records
      .filter(({ offset, batch }) => batch.transaction?.outcome !== 'aborted' && offset < (open?.offset ?? Infinity))
      .map(lineOf);
  }

  /** The last value of each key, without those that were deleted. */
  table(): Map<string, string> {
    const table = new Map<string, string>();
    for (const { key, value, batch } of this.records) {
      if (batch.transaction && batch.transaction.outcome !== 'committed') continue;
      if (value === null) table.delete(key);
      else table.set(key, value);
    }
    return table;
  }

  #producer(producerId: number): ModelProducer {
    let producer = this.#producers.get(producerId);
    if (!producer) this.#producers.set(producerId, (producer = { sequence: 0, transaction: undefined }));
    return producer;
  }
}

/** Appends a batch and tells the model. */
export async function appendTo(log: PartitionLog, model: CompactedLogModel, batch: NewBatch): Promise<void> {
  const result = log.append([model.encode(batch)], { origin: 'client' });
  model.took(batch, result.baseOffset);
  await result.durable;
}

/** Ends a transaction that is open in the model. */
export async function endTransaction(
  log: PartitionLog,
  model: CompactedLogModel,
  { producerId, committed, timestampMs }: { producerId: number; committed: boolean; timestampMs: number },
): Promise<void> {
  const marker = { producerId, producerEpoch: 0, committed, coordinatorEpoch: 0, timestampMs };
  const result = log.append([encodeTransactionMarker(marker)], { origin: 'coordinator' });
  model.ended(producerId, committed);
  await result.durable;
}

/** What a consumer with `read_committed` makes of the log, read in pieces. */
export async function readCommitted(log: PartitionLog, maxBytes = 700): Promise<string[]> {
  const found: string[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
    const read = await log.read(offset, maxBytes, { committedOnly: true });
    if (read.nextOffset <= offset) break;
    const aborted = [...(read.abortedTransactions ?? [])].sort((one, other) => one.firstOffset - other.firstOffset);
    const skipped = new Set<number>();
    for (const batch of batchesIn(read.records)) {
      const { header } = batch;
      while (aborted.length > 0 && aborted[0]!.firstOffset <= header.lastOffset)
        skipped.add(aborted.shift()!.producerId);
      if (header.isControl) {
        if (decodeTransactionMarker(batch)?.committed === false) skipped.delete(header.producerId);
        continue;
      }
      if (header.isTransactional && skipped.has(header.producerId)) continue;
      for (const record of decodeRecords(batch)) {
        if (record.offset < offset) continue;
        const value = record.value?.toString() ?? null;
        found.push(lineOf({ offset: record.offset, key: record.key!.toString(), value }));
      }
    }
    offset = read.nextOffset;
  }
  return found;
}

/** What lies in the log, whoever may see it: offsets of records and of transactions' markers. */
export async function readRaw(log: PartitionLog): Promise<{ readonly records: number[]; readonly markers: number[] }> {
  const [records, markers]: [number[], number[]] = [[], []];
  for (let offset = log.logStartOffset; offset < log.highWatermark;) {
    const read = await log.read(offset, 100_000);
    for (const batch of batchesIn(read.records)) {
      for (const record of decodeRecords(batch)) (batch.header.isControl ? markers : records).push(record.offset);
    }
    offset = read.nextOffset;
  }
  return { records, markers };
}

/** The last value of each key that a consumer with `read_committed` arrives at. */
export async function readTable(log: PartitionLog): Promise<Map<string, string>> {
  const table = new Map<string, string>();
  for (const line of await readCommitted(log)) {
    const [, key, value] = /^\d+:(.*?)=(.*)$/s.exec(line)!;
    if (value === '-') table.delete(key!);
    else table.set(key!, value!);
  }
  return table;
}
