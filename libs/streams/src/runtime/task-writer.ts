/**
 * Writes a task's commits.
 *
 * Exactly once: outputs, changelogs and the offsets of the inputs are one transaction of the task's own transactional id; opening a
 * writer fences whoever worked on the partition before. At least once: outputs and changelogs are acknowledged, then the offsets are
 * committed; after a crash in between, the records behind them are processed again.
 */
import {
  TransactionFailure,
  WriteFailure,
  type Clock,
  type CopartitionedMember,
  type KafkaClient,
  type RecordToWrite,
  type RecordWriter,
  type TransactionalWriter,
} from '@headwater/messaging';
import type { TaskOutput } from '../task/index.ts';

export type Offsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The task cannot go on with what it has in memory; a new one, restored, may. */
export class TaskLost extends Error {
  override readonly name = 'TaskLost';
}

export interface TaskWriter {
  /**
   * Writes a commit; one at a time. Answers whether the offsets were taken: if not, the next commit brings them.
   * @throws {TaskLost} when the partition may belong to another instance, or how a transaction ended is not known.
   * @throws {Error} when the broker refuses the records for good.
   */
  commit(output: TaskOutput, offsets: Offsets): Promise<boolean>;
  close(): Promise<void>;
}

export interface TaskWriterSettings {
  readonly client: KafkaClient;
  readonly clock: Clock;
  readonly member: () => CopartitionedMember;
  readonly signal: AbortSignal;
}

/** Records of one request: well below a broker's `message.max.bytes`, should all of them go to one partition. */
const maxRequestBytes = 600 * 1024;
const recordOverheadBytes = 24;
const retryPauseMs = 100;
const membershipPauseMs = 50;
const transactionTimeoutMs = 60_000;

function* requestsOf(records: readonly RecordToWrite[]): Generator<readonly RecordToWrite[]> {
  let begin = 0;
  let bytes = 0;
  for (let index = 0; index < records.length; index++) {
    const { key, value } = records[index]!;
    const size = (key?.length ?? 0) + (value?.length ?? 0) + recordOverheadBytes;
    if (bytes + size > maxRequestBytes && index > begin) {
      yield records.slice(begin, index);
      begin = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (begin < records.length) yield begin === 0 ? records : records.slice(begin);
}

export class ExactlyOnceWriter implements TaskWriter {
  private constructor(
    private readonly writer: TransactionalWriter,
    private readonly settings: TaskWriterSettings,
  ) {}

  static async open(transactionalId: string, settings: TaskWriterSettings): Promise<ExactlyOnceWriter> {
    const writer = await settings.client.openTransactionalWriter({ transactionalId, transactionTimeoutMs, bulk: true });
    return new ExactlyOnceWriter(writer, settings);
  }

  async commit(output: TaskOutput, offsets: Offsets): Promise<boolean> {
    try {
      await this.writer.begin();
      for (const [topic, records] of output.byTopic)
        for (const request of requestsOf(records)) await this.writer.write(topic, request);
      const membership = await this.membership();
      for (const [topic, byPartition] of offsets)
        await this.writer.sendOffsets(
          membership,
          topic,
          new Map([...byPartition].map(([partition, offset]) => [partition, BigInt(offset)])),
        );
      await this.writer.commit();
      return true;
    } catch (error) {
      if (error instanceof TransactionFailure && error.then === 'refused') throw error;
      throw error instanceof TaskLost ? error : new TaskLost(textOf(error), { cause: error });
    }
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  /** While the group rebalances there is none; soon there is one, or the task is closed. */
  private async membership() {
    const { member, clock, signal } = this.settings;
    for (;;) {
      const { membership } = member();
      if (membership) return membership;
      if (signal.aborted) throw new TaskLost('the task was closed');
      await clock.sleep(membershipPauseMs, signal);
    }
  }
}

export class AtLeastOnceWriter implements TaskWriter {
  private constructor(
    private writer: RecordWriter,
    private readonly settings: TaskWriterSettings,
  ) {}

  static async open(settings: TaskWriterSettings): Promise<AtLeastOnceWriter> {
    return new AtLeastOnceWriter(await settings.client.openWriter(), settings);
  }

  async commit(output: TaskOutput, offsets: Offsets): Promise<boolean> {
    for (const [topic, records] of output.byTopic)
      for (const request of requestsOf(records)) await this.write(topic, request);
    if (offsets.size === 0) return true;
    try {
      await this.settings.member().commit(offsets);
      return true;
    } catch {
      // A rebalance is under way, or the coordinator: the offsets wait for the next commit, or for the next owner.
      return false;
    }
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  /** Until the broker has taken them: it may be away for long. */
  private async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    const { clock, signal, client } = this.settings;
    for (;;) {
      try {
        await this.writer.write(topic, records);
        return;
      } catch (error) {
        if (!(error instanceof WriteFailure) || error.then === 'refused') throw error;
        if (signal.aborted) throw new TaskLost('the task was closed', { cause: error });
        await clock.sleep(retryPauseMs, signal);
        if (error.then !== 'reset') continue;
        await this.writer.close().catch(() => undefined);
        this.writer = await client.openWriter();
      }
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
