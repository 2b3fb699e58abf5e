/**
 * Writes results and offsets in one transaction, and finds out what became of it when that is not known.
 *
 * | failure | what follows |
 * |---|---|
 * | `abort` | aborted, and tried again with the same results |
 * | `reopen` | a new writer of the id ends the old transaction; the group's offsets tell whether it was committed |
 * | `fenced` | `lost`: another writer or generation has taken over; the writer is opened anew |
 * | `refused` | thrown: the broker will never take these results |
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import {
  TransactionFailure,
  type GroupMembership,
  type KafkaClient,
  type TransactionalWriter,
} from '../client/index.ts';
import type { EncodedRecord } from '../producer/index.ts';

export interface TransactionWritingOptions {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly topic: string;
  readonly maxRequestBytes: number;
}

export interface TransactionToWrite {
  readonly membership: GroupMembership;
  readonly results: readonly EncodedRecord[];
  readonly offsets: ReadonlyMap<number, bigint>;
}

const backoff: Backoff = { firstMs: 50, maxMs: 5_000 };

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class TransactionWriting {
  private readonly logger = new Logger('ExactlyOnce');
  private writer: TransactionalWriter | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly options: TransactionWritingOptions,
    private readonly bytesOf: (record: EncodedRecord) => number,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns `committed`, or `lost` when the generation ended or `stale` aborted: nothing of it was committed then.
   * @throws {TransactionFailure} `refused`
   */
  async write(transaction: TransactionToWrite, stale: AbortSignal): Promise<'committed' | 'lost'> {
    let undecided = false;
    for (let attempt = 1; ; attempt++) {
      try {
        const writer = await this.open();
        if (undecided && (await this.isCommitted(transaction))) return 'committed';
        undecided = false;
        if (stale.aborted) return 'lost';
        await this.attempt(writer, transaction);
        return 'committed';
      } catch (error) {
        const then = error instanceof TransactionFailure ? error.then : 'abort';
        if (then === 'refused') {
          await this.abort();
          throw error;
        }
        this.logger.warn(`${textOf(error)}; ${then === 'fenced' ? 'gives the work up' : 'trying again'}`);
        if (then === 'reopen') undecided = true;
        if (then !== 'abort' || !(await this.abort())) await this.drop();
        if (then === 'fenced') return 'lost';
        await this.clock.sleep(pauseMs(backoff, attempt), undecided ? undefined : stale);
      }
    }
  }

  /** Opens the writer ahead of the first transaction. */
  async open(): Promise<TransactionalWriter> {
    return (this.writer ??= await this.client.openTransactionalWriter(this.options));
  }

  async close(): Promise<void> {
    await this.drop();
  }

  private async attempt(
    writer: TransactionalWriter,
    { membership, results, offsets }: TransactionToWrite,
  ): Promise<void> {
    await writer.begin();
    for (const [topic, records] of byTopic(results))
      for (const request of this.requestsOf(records)) await writer.write(topic, request);
    await writer.sendOffsets(membership, this.options.topic, offsets);
    await writer.commit();
  }

  private *requestsOf(records: readonly EncodedRecord[]): Generator<EncodedRecord[]> {
    let request: EncodedRecord[] = [];
    let bytes = 0;
    for (const record of records) {
      const size = this.bytesOf(record);
      if (request.length > 0 && bytes + size > this.options.maxRequestBytes) {
        yield request;
        request = [];
        bytes = 0;
      }
      request.push(record);
      bytes += size;
    }
    if (request.length > 0) yield request;
  }

  /** All of a transaction's offsets are committed, or none. */
  private async isCommitted({ membership, offsets }: TransactionToWrite): Promise<boolean> {
    const committed = await this.client.committedOffsets(membership.groupId, this.options.topic, [...offsets.keys()]);
    return [...offsets].every(([partition, offset]) => (committed.get(partition) ?? -1n) >= offset);
  }

  /** @returns false when that did not succeed. */
  private async abort(): Promise<boolean> {
    try {
      await this.writer?.abort();
      return true;
    } catch (error) {
      this.logger.warn(`abort: ${textOf(error)}`);
      return false;
    }
  }

  private async drop(): Promise<void> {
    const dropped = this.writer;
    this.writer = undefined;
    await dropped?.close().catch((error: unknown) => this.logger.debug(`closing a writer: ${textOf(error)}`));
  }
}

function byTopic(results: readonly EncodedRecord[]): Map<string, EncodedRecord[]> {
  const topics = new Map<string, EncodedRecord[]>();
  for (const record of results) {
    const records = topics.get(record.topic);
    if (records) records.push(record);
    else topics.set(record.topic, [record]);
  }
  return topics;
}
