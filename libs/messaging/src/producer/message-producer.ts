/**
 * Produces events by contract: idempotent, `acks=all`, many callers sharing requests.
 *
 * A promise resolves when the broker has acknowledged the record. It rejects with `BROKER_UNAVAILABLE` when `deliveryTimeoutMs` is
 * over; whether the record was written is then not known, and sending it again may write it twice (with the same message id).
 * Callers wait while `maxBufferedBytes` are on their way, in order of arrival and no longer than their deadline.
 */
import type { EventContract, EventValue, TopicContract } from '@headwater/contract-kit';
import { systemClock, type Clock } from '../clock/index.ts';
import type { CompressionCodec, KafkaClient, Partitioner, RecordToWrite } from '../client/index.ts';
import type { MetricsPort } from '../consumer/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { assertFits, bytesOfRecord, BulkSender, TopicDeliverer } from '../delivery/index.ts';
import { MessagingError } from '../errors/index.ts';
import { inSendSpan } from '../telemetry/index.ts';
import { ByteBudget } from './byte-budget.ts';
import { ProducerMetrics } from './producer-metrics.ts';
import { outgoingHeaders, type OutgoingOptions } from './outgoing-headers.ts';
import { TopicQueue } from './topic-queue.ts';

/** How a producer batches, waits and holds back. */
export interface ProducerOptions {
  /** How long a record waits for others to share its request. */
  readonly lingerMs: number;
  /** How long a record is tried before its caller is told. */
  readonly deliveryTimeoutMs: number;
  readonly maxBufferedBytes: number;
  readonly maxRequestBytes: number;
  /** Codec of the batches. snappy and lz4 need the packages `snappy` and `lz4-napi`. */
  readonly compression: CompressionCodec;
  /** Where a record goes; Java's default when not given: murmur2 of the key, keyless records in turn. */
  readonly partitioner?: Partitioner;
}

/** What a producer does unless told otherwise. */
export const defaultProducerOptions: ProducerOptions = {
  lingerMs: 2,
  deliveryTimeoutMs: 30_000,
  maxBufferedBytes: 32 * 1024 * 1024,
  maxRequestBytes: 768 * 1024,
  compression: 'none',
};

/** What a record carries besides its event. */
export type SendOptions = OutgoingOptions;

/** A record that is encoded already, for example a row of an outbox. */
export interface EncodedRecord extends RecordToWrite {
  readonly topic: string;
}

/** A topic's records in order, and the writer that they go to. */
interface Channel {
  readonly queue: TopicQueue;
  readonly deliverer: TopicDeliverer;
}

/** Sends events by contract; see the header. */
export class MessageProducer {
  private readonly channels = new Map<string, Channel>();
  private readonly budget: ByteBudget;
  private readonly metrics: ProducerMetrics;
  private readonly bulk: BulkSender;
  private closing = false;

  constructor(
    private readonly client: KafkaClient,
    private readonly codec: EventCodec,
    private readonly options: ProducerOptions = defaultProducerOptions,
    private readonly clock: Clock = systemClock,
    metrics?: MetricsPort,
  ) {
    this.metrics = new ProducerMetrics(metrics);
    this.budget = new ByteBudget(options.maxBufferedBytes);
    this.bulk = new BulkSender(client, options, clock, bytesOfRecord);
  }

  /** The most bytes that a record may have, its framing included. */
  get maxRequestBytes(): number {
    return this.options.maxRequestBytes;
  }

  /** @throws {MessagingError | ContractError} see the header; `EVENT_INVALID`, `KEY_MISSING`, `NOT_REGISTERED` at once. */
  async send<Topic extends TopicContract, Event extends Topic['events'][keyof Topic['events']] & EventContract>(
    topic: Topic,
    event: Event,
    value: EventValue<Event>,
    options: SendOptions = {},
  ): Promise<void> {
    await this.sendEncoded({
      topic: topic.name,
      ...placedKey(topic, topic.keyOf(value)),
      value: this.codec.encode(topic, event, value),
      headers: outgoingHeaders(options, value),
    });
  }

  /** Deletes a key's state in a compacted topic. */
  async sendTombstone(
    topic: TopicContract & { readonly compacted: true },
    key: string,
    options: SendOptions = {},
  ): Promise<void> {
    const headers = outgoingHeaders(options, undefined);
    await this.sendEncoded({ topic: topic.name, ...placedKey(topic, key), value: null, headers });
  }

  /** Sends a record as it is; headers too. Records of one topic are written in the order of the calls. */
  async sendEncoded(encoded: EncodedRecord): Promise<void> {
    await inSendSpan(encoded, (traced) => this.write(traced));
  }

  private async write({ topic, ...record }: EncodedRecord): Promise<void> {
    const bytes = bytesOfRecord(record);
    assertFits(topic, bytes, this.options.maxRequestBytes);
    this.assertOpen(topic);
    await this.enqueue(topic, record, bytes);
  }

  /**
   * Sends records of one topic as they are, in order, and resolves when the broker has acknowledged all; then none is on its way any
   * more, also after an error. They keep no order with those of `send`; calls for one topic take turns.
   *
   * @throws {MessagingError} when not all were acknowledged; some may be.
   */
  async sendAll(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    this.assertOpen(topic);
    await this.bulk.send(topic, records);
  }

  private enqueue(topic: string, record: RecordToWrite, bytes: number): Promise<void> {
    const { deliveryTimeoutMs } = this.options;
    const startedMs = this.clock.nowMs();
    const deadlineMs = startedMs + deliveryTimeoutMs;
    return new Promise<void>((resolve, reject) => {
      const settled = (outcome: 'acknowledged' | 'given-up'): void => {
        this.budget.give(bytes);
        this.metrics.settled(topic, this.clock.nowMs() - startedMs, outcome);
        this.metrics.buffered(this.budget.takenBytes);
      };
      this.budget.take(
        bytes,
        deliveryTimeoutMs,
        () =>
          this.channelOf(topic).queue.add({
            record,
            bytes,
            deadlineMs,
            resolve: () => {
              settled('acknowledged');
              resolve();
            },
            reject: (error) => {
              settled('given-up');
              reject(error);
            },
          }),
        () => reject(this.full(topic)),
      );
    });
  }

  /** Connects for a topic now, so that its first record does not wait for it. @throws when no broker answers. */
  async connect(topic: TopicContract): Promise<void> {
    await this.channelOf(topic.name).deliverer.connect();
  }

  /** Resolves when everything that was given until now is settled, without waiting for a linger. */
  async flush(): Promise<void> {
    await Promise.all([...this.channels.values()].map(({ queue }) => queue.drain()));
  }

  /** Waits for what was given, refuses what is given later, and disconnects. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(
      [...this.channels.values()].map(async ({ queue, deliverer }) => {
        await queue.drain();
        await deliverer.close();
      }),
    );
    await this.bulk.close();
  }

  private assertOpen(topic: string): void {
    if (this.closing)
      throw new MessagingError('PRODUCER_CLOSED', `A record for topic ${topic} came after the producer began to close`);
  }

  private full(topic: string): MessagingError {
    const { maxBufferedBytes, deliveryTimeoutMs } = this.options;
    return new MessagingError(
      'BROKER_UNAVAILABLE',
      `A record for topic ${topic} waited ${deliveryTimeoutMs} ms behind ${maxBufferedBytes} bytes that are on their way to ` +
        `${this.client.bootstrapServers.join(', ')}. Either no broker is reachable, or more is sent than they take: ` +
        'slow the callers down, or raise maxBufferedBytes',
    );
  }

  private channelOf(topic: string): Channel {
    const known = this.channels.get(topic);
    if (known) return known;
    const deliverer = new TopicDeliverer(topic, this.client, this.options, this.clock);
    const channel = { deliverer, queue: new TopicQueue(this.options, (records) => deliverer.deliver(records)) };
    this.channels.set(topic, channel);
    return channel;
  }
}

/** The key, and what places it where that is only a part of the key. */
function placedKey(topic: TopicContract, key: string): Pick<RecordToWrite, 'key' | 'partitionKey'> {
  const partitionKey = topic.partitionKeyOf(key);
  return partitionKey === key ? { key } : { key, partitionKey };
}
