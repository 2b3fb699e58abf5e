/**
 * Sends many records of one topic in order, without a promise for each.
 *
 * Calls for one topic take turns: the writer numbers records by what was acknowledged before, so that two calls at once would carry
 * the same numbers, and the broker would take the second for a repetition of the first.
 *
 * Requests are written one after another, each only when the one before it is acknowledged: a request that was given up must not be
 * overtaken by the next, or a key's records would change places when the caller tries again. Each topic has a writer of its own
 * beside that of the single records, so no order is kept between the two.
 */
import type { Clock } from '../clock/index.ts';
import type { RecordToWrite } from '../client/index.ts';
import { assertFits } from './record-bytes.ts';
import { TopicDeliverer, type QueuedRecord, type TopicDelivererOptions, type WriterSource } from './topic-deliverer.ts';

export interface BulkSenderOptions extends TopicDelivererOptions {
  readonly maxRequestBytes: number;
}

export class BulkSender {
  private readonly deliverers = new Map<string, TopicDeliverer>();
  /** By topic, the end of the last call. */
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    private readonly client: WriterSource,
    private readonly options: BulkSenderOptions,
    private readonly clock: Clock,
    private readonly bytesOf: (record: RecordToWrite) => number,
  ) {}

  /** @throws {MessagingError} when not all were acknowledged; some may be. */
  async send(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    const sent = (this.turns.get(topic) ?? Promise.resolve()).then(() => this.sendInTurn(topic, records));
    this.turns.set(
      topic,
      sent.catch(() => undefined),
    );
    await sent;
  }

  private async sendInTurn(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    const { maxRequestBytes } = this.options;
    let start = 0;
    let bytes = 0;
    for (let index = 0; index < records.length; index++) {
      const size = this.bytesOf(records[index]!);
      assertFits(topic, size, maxRequestBytes);
      if (bytes + size > maxRequestBytes) {
        await this.write(topic, records.slice(start, index));
        start = index;
        bytes = 0;
      }
      bytes += size;
    }
    if (start < records.length) await this.write(topic, start === 0 ? records : records.slice(start));
  }

  /** Waits for what was given. */
  async close(): Promise<void> {
    await Promise.all(this.turns.values());
    await Promise.all([...this.deliverers.values()].map((deliverer) => deliverer.close()));
  }

  private async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    const deadlineMs = this.clock.nowMs() + this.options.deliveryTimeoutMs;
    let failure: Error | undefined;
    const settlement = {
      resolve: (): void => undefined,
      reject: (error: Error): void => {
        failure = error;
      },
    };
    const queued: QueuedRecord[] = records.map((record) => ({ record, bytes: 0, deadlineMs, ...settlement }));
    await this.delivererOf(topic).deliver(queued);
    if (failure) throw failure;
  }

  private delivererOf(topic: string): TopicDeliverer {
    const known = this.deliverers.get(topic);
    if (known) return known;
    const deliverer = new TopicDeliverer(topic, this.client, this.options, this.clock);
    this.deliverers.set(topic, deliverer);
    return deliverer;
  }
}
