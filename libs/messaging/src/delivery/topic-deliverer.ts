/**
 * Delivers requests of one topic with a writer of its own, so that giving up on one topic disturbs no other.
 *
 * A request that fails is written again with exactly the same records, so that the broker recognizes what it had taken. When the
 * deadline is over its fate is unknown: the records are given up, and the writer with them, as its sequence numbers must not be
 * used for other records.
 */
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import {
  WriteFailure,
  type KafkaClient,
  type RecordToWrite,
  type RecordWriter,
  type WriterOptions,
} from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';
import { logOf } from '../logging/index.ts';

const retryBackoff: Backoff = { firstMs: 100, maxMs: 2_000 };

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A record that its caller waits for. */
export interface QueuedRecord {
  readonly record: RecordToWrite;
  readonly bytes: number;
  readonly deadlineMs: number;
  resolve(): void;
  reject(error: Error): void;
}

/** What opens writers. */
export type WriterSource = Pick<KafkaClient, 'bootstrapServers' | 'openWriter'>;

export interface TopicDelivererOptions extends WriterOptions {
  readonly deliveryTimeoutMs: number;
}

export class TopicDeliverer {
  private readonly logger = logOf('Producer');
  private writer: Promise<RecordWriter> | undefined;

  constructor(
    private readonly topic: string,
    private readonly client: WriterSource,
    private readonly options: TopicDelivererOptions,
    private readonly clock: Clock,
  ) {}

  /** Settles every record; never rejects. */
  async deliver(queued: readonly QueuedRecord[]): Promise<void> {
    const records = queued.map(({ record }) => record);
    const deadlineMs = Math.min(...queued.map((each) => each.deadlineMs));
    for (let attempt = 1; ; attempt++) {
      const failure = await this.writeUntil(deadlineMs, records);
      if (!failure) {
        for (const each of queued) each.resolve();
        return;
      }
      const over = this.clock.nowMs() >= deadlineMs;
      if (over || failure.then !== 'retry') this.dropWriter();
      if (over || failure.then === 'refused') {
        const error = this.errorOf(failure, queued.length);
        for (const each of queued) each.reject(error);
        return;
      }
      this.logger.warn(`${failure.message}; trying again`);
      await this.clock.sleep(Math.min(deadlineMs - this.clock.nowMs(), pauseMs(retryBackoff, attempt)));
    }
  }

  /** Connects now. @throws when no broker answers. */
  async connect(): Promise<void> {
    await this.open();
  }

  async close(): Promise<void> {
    const open = this.writer;
    this.writer = undefined;
    await (await open?.catch(() => undefined))?.close();
  }

  private errorOf(failure: WriteFailure, count: number): MessagingError {
    const what = count === 1 ? 'A record' : `${count} records`;
    return failure.then === 'refused'
      ? new MessagingError('RECORD_REFUSED', `The broker refused ${what.toLowerCase()}: ${failure.message}`, {
          cause: failure,
        })
      : new MessagingError(
          'BROKER_UNAVAILABLE',
          `${what} could not be delivered to ${this.client.bootstrapServers.join(', ')} within ${this.options.deliveryTimeoutMs} ms: ` +
            `${failure.message}. Whether the broker has taken them is not known; send them again with the same message ids when it is back`,
          { cause: failure },
        );
  }

  private async writeUntil(deadlineMs: number, records: readonly RecordToWrite[]): Promise<WriteFailure | undefined> {
    const done = new AbortController();
    const late = this.clock
      .sleep(Math.max(0, deadlineMs - this.clock.nowMs()), done.signal)
      .then(() => new WriteFailure(`topic ${this.topic}: the broker did not answer in time`, 'reset'));
    try {
      return await Promise.race([this.write(records), late]);
    } finally {
      done.abort();
    }
  }

  private async write(records: readonly RecordToWrite[]): Promise<WriteFailure | undefined> {
    try {
      const writer = await this.open();
      await writer.write(this.topic, records);
      return undefined;
    } catch (error) {
      if (error instanceof WriteFailure) return error;
      return new WriteFailure(`topic ${this.topic}: ${textOf(error)}`, 'retry', { cause: error });
    }
  }

  private open(): Promise<RecordWriter> {
    if (!this.writer) {
      const opening = this.client.openWriter(this.options);
      this.writer = opening;
      opening.catch(() => {
        if (this.writer === opening) this.writer = undefined;
      });
    }
    return this.writer;
  }

  private dropWriter(): void {
    const dropped = this.writer;
    this.writer = undefined;
    // Not waited for: closing waits for answers that may never come.
    void dropped
      ?.then((writer) => writer.close())
      .catch((error: unknown) => this.logger.debug(`closing a writer: ${textOf(error)}`));
  }
}
