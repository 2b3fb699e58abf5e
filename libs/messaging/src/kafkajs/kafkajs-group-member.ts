/**
 * A group member on kafkajs that never dies: a session is one kafkajs consumer; when it crashes for whatever reason, another one
 * follows after a pause.
 *
 * What kafkajs does and this file answers:
 * - it reports an assignment by an event, in the same turn in which it will fetch from it: each is a new generation;
 * - it can restart itself, or give up, by rules of its own: it is told never to restart, so that one place decides;
 * - after a rejoin it fetches from the last committed offset, and counts as taken what the handler resolves: only records that the
 *   listener took are resolved;
 * - a listener's exception would stop every fetcher and leave the group: none is let through.
 */
import { Logger } from '@nestjs/common';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type {
  FetchedRecords,
  GroupListener,
  GroupMember,
  GroupMemberOptions,
  GroupMembership,
  RawHeaders,
  RawRecord,
} from '../client/index.ts';
import { forgetGeneration, generationOf, requireStableOffsets } from './group-fencing.ts';

const sessionBackoff: Backoff = { firstMs: 200, maxMs: 2_000 };

/** Batches of one fetch that are handed over at a time; each only enqueues. */
const concurrentBatches = 64;

function headersOf(headers: KafkaMessage['headers']): RawHeaders {
  const raw: Record<string, Buffer | Buffer[]> = {};
  const bytes = (value: Buffer | string): Buffer => (typeof value === 'string' ? Buffer.from(value) : value);
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) raw[name] = Array.isArray(value) ? value.map(bytes) : bytes(value);
  return raw;
}

const recordOf = (message: KafkaMessage): RawRecord => ({
  offset: BigInt(message.offset),
  timestampMs: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: headersOf(message.headers),
});

function fetchedOf({ batch }: EachBatchPayload): FetchedRecords {
  return {
    partition: batch.partition,
    // Not in kafkajs's types; it is what the fetch request asked for.
    fetchOffset: BigInt((batch as unknown as { fetchedOffset: string | number }).fetchedOffset.toString()),
    nextOffset: BigInt(batch.lastOffset()) + 1n,
    highWatermark: BigInt(batch.highWatermark),
    records: batch.messages.map(recordOf),
  };
}

export class KafkajsGroupMember implements GroupMember {
  lastContactMs = 0;
  membership: GroupMembership | undefined;
  private readonly logger = new Logger('Consumer');
  private readonly closing = new AbortController();
  private readonly finished: Promise<void>;
  private consumer: Consumer | undefined;
  private assigned = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: GroupMemberOptions,
    private readonly listener: GroupListener,
    private readonly clock: Clock,
  ) {
    this.finished = this.keepSession();
  }

  pause(partition: number): void {
    this.withConsumer((consumer) => consumer.pause([{ topic: this.options.topic, partitions: [partition] }]));
  }

  resume(partition: number): void {
    this.withConsumer((consumer) => consumer.resume([{ topic: this.options.topic, partitions: [partition] }]));
  }

  seek(partition: number, offset: bigint): void {
    this.withConsumer((consumer) => consumer.seek({ topic: this.options.topic, partition, offset: offset.toString() }));
  }

  /** Between a crash and its report the consumer refuses such calls; the next session starts from the commits anyway. */
  private withConsumer(call: (consumer: Consumer) => void): void {
    if (!this.consumer || !this.assigned) return;
    try {
      call(this.consumer);
    } catch (error) {
      this.logger.debug(`group ${this.options.groupId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    if (!this.consumer || !this.assigned) throw new Error(`group ${this.options.groupId}: not a member now`);
    await this.consumer.commitOffsets(
      [...offsets].map(([partition, offset]) => ({ topic: this.options.topic, partition, offset: offset.toString() })),
    );
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.finished;
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private readsCommitted(): boolean {
    return this.options.isolation === 'read-committed';
  }

  private async keepSession(): Promise<void> {
    const release = this.readsCommitted() ? requireStableOffsets(this.options.groupId) : (): void => undefined;
    try {
      await this.keepSessions();
    } finally {
      release();
    }
  }

  private async keepSessions(): Promise<void> {
    const { groupId } = this.options;
    for (let failures = 0; !this.closing.signal.aborted;) {
      const startedMs = this.clock.nowMs();
      try {
        await this.session();
      } catch (error) {
        this.logger.warn(`group ${groupId}: ${error instanceof Error ? error.message : String(error)}; trying again`);
      }
      failures = this.clock.nowMs() - startedMs > 30_000 ? 1 : failures + 1;
      if (!this.isClosing()) await this.clock.sleep(pauseMs(sessionBackoff, failures), this.closing.signal);
    }
  }

  /** Runs one consumer until it crashes (rejects) or the member closes (resolves). */
  private async session(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: this.options.groupId,
      sessionTimeout: this.options.sessionTimeoutMs,
      rebalanceTimeout: this.options.rebalanceTimeoutMs,
      heartbeatInterval: this.options.heartbeatIntervalMs,
      maxWaitTimeInMs: this.options.maxWaitMs,
      maxBytesPerPartition: this.options.maxBytesPerPartition,
      readUncommitted: !this.readsCommitted(),
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    const crashed = this.listen(consumer);
    const closed = new Promise<undefined>((resolve) => {
      this.closing.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: this.options.topic, fromBeginning: this.options.startFrom === 'earliest' });
      if (this.closing.signal.aborted) return;
      this.consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrentBatches,
        eachBatch: (payload) => this.take(payload),
      });
      const error = await Promise.race([crashed, closed]);
      if (error) throw error;
    } finally {
      if (this.membership) forgetGeneration(this.membership.memberId);
      this.revoke();
      this.consumer = undefined;
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Resolves with the reason when the consumer crashes. */
  private listen(consumer: Consumer): Promise<Error> {
    const contact = (): void => {
      this.lastContactMs = this.clock.nowMs();
    };
    consumer.on(consumer.events.FETCH, contact);
    consumer.on(consumer.events.HEARTBEAT, contact);
    consumer.on(consumer.events.REBALANCING, () => this.listener.onRebalancing());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      contact();
      const { memberId } = payload;
      const generation = generationOf(memberId) ?? -1;
      this.revoke();
      this.assigned = true;
      this.membership = { groupId: this.options.groupId, memberId, generation };
      this.listener.onAssigned(payload.memberAssignment[this.options.topic] ?? []);
    });
    return new Promise((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
    });
  }

  private revoke(): void {
    if (!this.assigned) return;
    this.assigned = false;
    this.membership = undefined;
    this.listener.onRevoked();
  }

  private async take(payload: EachBatchPayload): Promise<void> {
    if (!this.assigned || this.closing.signal.aborted) return;
    const last = payload.batch.messages.at(-1);
    if (!last) return;
    const taken = await this.listener.onRecords(fetchedOf(payload));
    if (taken) payload.resolveOffset(last.offset);
  }
}
