/** Reads a partition as a consumer does, and checks what every log keeps to: CRCs, whole batches, offsets that rise. */
import {
  batchesIn,
  decodeRecords,
  decodeTransactionMarker,
  errorName,
  hasValidCrc,
  type DecodedRecord,
  type RecordBatch,
} from '@headwater/broker-core/protocol';
import { promise } from '../violation.ts';
import type { BrokerClient } from './broker-client.ts';
import { earliestOffset, fetch, type TopicPartition } from './requests.ts';

export interface ReadRecord extends DecodedRecord {
  readonly producerId: number;
  readonly isTransactional: boolean;
}

export interface PartitionContent {
  readonly logStartOffset: number;
  readonly highWatermark: number;
  /** Without control records, and with `committed` without those of aborted transactions. */
  readonly records: readonly ReadRecord[];
  readonly batchCount: number;
}

export interface ReadMode {
  /** read_committed. */
  readonly committed?: boolean;
  /** Compaction leaves gaps between offsets. */
  readonly mayHaveGaps?: boolean;
}

interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Reads all from the log's start. @throws Violation. */
export async function readPartition(
  client: BrokerClient,
  where: TopicPartition,
  mode: ReadMode = {},
): Promise<PartitionContent> {
  const reader = new PartitionReader(where, mode);
  const isolationLevel = mode.committed === true ? 1 : 0;
  reader.startAt(await earliestOffset(client, where));
  for (;;) {
    const answer = await fetch(client, where, reader.nextOffset, { isolationLevel });
    promise(answer.errorCode === 0, 'a log can be read', () => {
      return `${name(where)} at ${reader.nextOffset} was answered ${errorName(answer.errorCode)}`;
    });
    const count = reader.take(answer.records ?? [], answer.abortedTransactions ?? []);
    if (count === 0) return reader.content(answer);
  }
}

function name({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

class PartitionReader {
  nextOffset = 0;
  readonly #where: string;
  readonly #mode: ReadMode;
  readonly #records: ReadRecord[] = [];
  #batchCount = 0;
  #startOffset = 0;
  /** Producers whose transaction at this place was aborted. */
  readonly #aborting = new Set<number>();

  constructor(where: TopicPartition, mode: ReadMode) {
    this.#where = name(where);
    this.#mode = mode;
  }

  startAt(offset: number): void {
    this.#startOffset = offset;
    this.nextOffset = offset;
  }

  content({ highWatermark, logStartOffset }: { highWatermark: number; logStartOffset: number }): PartitionContent {
    const isAtEnd = this.#mode.committed === true || this.#mode.mayHaveGaps === true;
    promise(isAtEnd || this.nextOffset === highWatermark, 'a log is contiguous', () => {
      return `${this.#where} ends at ${this.nextOffset}, its high watermark is ${highWatermark}`;
    });
    return { logStartOffset, highWatermark, records: this.#records, batchCount: this.#batchCount };
  }

  /** @returns the number of batches. */
  take(chunks: readonly Buffer[], aborted: readonly AbortedTransaction[]): number {
    const waiting = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset);
    let count = 0;
    for (const batch of batchesIn(chunks)) {
      const { header } = batch;
      // A batch is given whole though the fetch begins within it.
      if (header.lastOffset < this.nextOffset) continue;
      count++;
      this.#checkBatch(batch);
      while (waiting.length > 0 && waiting[0]!.firstOffset <= header.lastOffset)
        this.#aborting.add(waiting.shift()!.producerId);
      this.#takeBatch(batch);
      this.nextOffset = header.lastOffset + 1;
    }
    this.#batchCount += count;
    return count;
  }

  #checkBatch(batch: RecordBatch): void {
    const { header } = batch;
    const place = () => `${this.#where}: a batch of ${header.baseOffset} to ${header.lastOffset}`;
    promise(hasValidCrc(batch), 'every CRC is right', place);
    const isFirst = this.nextOffset === this.#startOffset;
    const follows = header.baseOffset === this.nextOffset || (isFirst && header.baseOffset <= this.nextOffset);
    promise(follows || this.#mode.mayHaveGaps === true, 'a log is contiguous', () => {
      return `${place()} where ${this.nextOffset} was to follow`;
    });
    promise(
      header.baseOffset >= this.nextOffset || isFirst,
      'offsets rise',
      () => `${place()} after ${this.nextOffset}`,
    );
  }

  #takeBatch(batch: RecordBatch): void {
    const { producerId, isControl, isTransactional } = batch.header;
    const isSkipped = this.#mode.committed === true && isTransactional && this.#aborting.has(producerId);
    if (isControl) {
      if (decodeTransactionMarker(batch)?.committed === false) this.#aborting.delete(producerId);
      return;
    }
    for (const record of decodeRecords(batch)) {
      if (!isSkipped && record.offset >= this.nextOffset)
        this.#records.push({ ...record, producerId, isTransactional });
    }
  }
}
