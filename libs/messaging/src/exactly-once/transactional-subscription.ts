/**
 * A subscription whose results and offsets are Kafka transactions: fetched records wait in a queue, one loop takes as many as a
 * transaction may have, handles them, and writes.
 *
 * A generation of the group ends at once: what waits is dropped, and what is under way is not written. The next one begins where the
 * group's decided offsets say, whatever was fetched before.
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type { FetchedRecords, GroupListener, GroupMember, KafkaClient } from '../client/index.ts';
import type {
  ConsumerMetrics,
  RunningSubscription,
  SubscriptionOptions,
  SubscriptionState,
} from '../consumer/index.ts';
import { FetchedQueue } from './fetched-queue.ts';
import type { TransactionHandling } from './transaction-handling.ts';
import type { TransactionWriting } from './transaction-writing.ts';

const maxWaitMs = 250;
const backoff: Backoff = { firstMs: 50, maxMs: 2_000 };

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The partitions that the member has between two rebalances. */
interface Generation {
  readonly partitions: readonly number[];
  readonly queue: FetchedQueue;
  readonly ended: AbortController;
  /** The decided offsets are known. */
  ready: boolean;
  paused: boolean;
}

export interface TransactionalSubscriptionParts {
  readonly topic: string;
  readonly options: SubscriptionOptions;
  readonly client: KafkaClient;
  readonly handling: TransactionHandling;
  readonly writing: TransactionWriting;
  readonly metrics: ConsumerMetrics;
  readonly clock: Clock;
  readonly onStopped: (reason: string) => void;
}

export class TransactionalSubscription implements GroupListener, RunningSubscription {
  private readonly logger = new Logger('ExactlyOnce');
  private readonly closing = new AbortController();
  private readonly member: GroupMember;
  private readonly startedMs: number;
  private readonly finished: Promise<void>;
  private readonly positions = new Map<number, bigint>();
  private generation: Generation | undefined;
  private wake: () => void = () => undefined;
  private workSinceMs: number | undefined;
  private inFlight = 0;
  private joined = false;
  private paused = false;
  private stoppedBecause: string | undefined;

  constructor(private readonly parts: TransactionalSubscriptionParts) {
    const { client, topic, options, clock } = parts;
    this.startedMs = clock.nowMs();
    this.member = client.joinGroup(
      {
        groupId: options.group,
        topic,
        startFrom: options.startFrom,
        sessionTimeoutMs: options.sessionTimeoutMs,
        rebalanceTimeoutMs: options.sessionTimeoutMs * 2,
        heartbeatIntervalMs: Math.min(1_000, options.sessionTimeoutMs / 3),
        maxWaitMs,
        maxBytesPerPartition: 512 * 1024,
        isolation: 'read-committed',
      },
      this,
    );
    this.finished = this.work();
  }

  onAssigned(partitions: readonly number[]): void {
    this.joined = true;
    const ended = new AbortController();
    const generation = { partitions, queue: new FetchedQueue(), ended, ready: false, paused: false };
    this.generation = generation;
    if (this.paused) this.pause();
    void this.prepare(generation);
    this.logger.log(`group ${this.parts.options.group}: has ${partitions.length} partitions of ${this.parts.topic}`);
  }

  onRevoked(): void {
    this.generation?.ended.abort();
    this.generation = undefined;
    this.positions.clear();
  }

  /** A transaction that is not written by then is given up. */
  onRebalancing(): void {
    return undefined;
  }

  async onRecords(fetched: FetchedRecords): Promise<boolean> {
    const generation = this.generation;
    if (!generation || this.closing.signal.aborted) return false;
    if (!generation.ready) {
      await this.parts.clock.sleep(20, generation.ended.signal);
      return false;
    }
    const { queue } = generation;
    if (!queue.continues(fetched)) {
      this.member.seek(fetched.partition, queue.nextOffset(fetched.partition)!);
      return false;
    }
    queue.add(fetched);
    this.wake();
    if (this.isOver(queue, 1)) this.pauseFetching(generation);
    return !generation.ended.signal.aborted;
  }

  state(): SubscriptionState {
    const { generation, positions } = this;
    const partitions = (generation?.partitions ?? []).map((partition) => {
      const position = positions.get(partition);
      const end = generation!.queue.highWatermarks.get(partition);
      const lag = position === undefined || end === undefined ? undefined : Math.max(0, Number(end - position));
      return { partition, position, lag };
    });
    return {
      group: this.parts.options.group,
      topic: this.parts.topic,
      joined: this.joined,
      partitions,
      waitingRecords: generation?.queue.records ?? 0,
      inFlight: this.inFlight,
      parkedKeys: 0,
      oldestParkedMs: 0,
      paused: this.paused,
      stoppedBecause: this.stoppedBecause,
      ...this.stall(),
    };
  }

  /** Fetches nothing more until it is resumed; what waits is finished. */
  pause(): void {
    this.paused = true;
    for (const partition of this.generation?.partitions ?? []) this.member.pause(partition);
  }

  resume(): void {
    this.paused = false;
    if (this.generation && !this.generation.paused) this.resumeFetching(this.generation);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.wake();
    await this.finished;
    await this.member.close();
    await this.parts.writing.close();
  }

  /** Learns where the generation begins. */
  private async prepare(generation: Generation): Promise<void> {
    const { client, options, topic, clock } = this.parts;
    const { signal } = generation.ended;
    for (let attempt = 1; !signal.aborted && !this.closing.signal.aborted; attempt++) {
      try {
        const committed = await client.committedOffsets(options.group, topic, generation.partitions);
        // Below zero nothing is committed yet: the group begins where its policy says.
        for (const [partition, offset] of committed) if (offset >= 0n) generation.queue.expect(partition, offset);
        generation.ready = true;
        return;
      } catch (error) {
        this.logger.warn(`group ${options.group}: reading its offsets: ${textOf(error)}; trying again`);
        await clock.sleep(pauseMs(backoff, attempt), signal);
      }
    }
  }

  private async work(): Promise<void> {
    while (!this.closing.signal.aborted) {
      const generation = this.generation;
      const taken = generation?.queue.take(this.parts.options.transactionMessages);
      if (!generation || !taken) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
          void this.parts.clock.sleep(1_000, this.closing.signal).then(resolve);
        });
        this.report();
        continue;
      }
      try {
        await this.transaction(generation, taken);
      } catch (error) {
        this.stop(textOf(error));
        return;
      }
      if (generation.paused && !this.isOver(generation.queue, 0.5)) this.resumeFetching(generation);
      this.report();
    }
  }

  private async transaction(
    generation: Generation,
    taken: NonNullable<ReturnType<FetchedQueue['take']>>,
  ): Promise<void> {
    const { handling, writing, clock } = this.parts;
    const { signal } = generation.ended;
    const { membership } = this.member;
    if (!membership) return;
    this.workSinceMs = clock.nowMs();
    this.inFlight = taken.records.length;
    try {
      const results = await handling.run(taken, AbortSignal.any([signal, this.closing.signal]));
      if (results === 'stale') return;
      const outcome = await writing.write({ membership, results, offsets: taken.offsets }, signal);
      if (outcome === 'lost') this.restart(generation);
      else for (const [partition, offset] of taken.offsets) this.positions.set(partition, offset);
    } finally {
      this.workSinceMs = undefined;
      this.inFlight = 0;
    }
  }

  /** Begins the generation anew from the decided offsets, unless it is over. */
  private restart(lost: Generation): void {
    if (this.generation !== lost) return;
    lost.ended.abort();
    const { partitions } = lost;
    this.generation = {
      partitions,
      queue: new FetchedQueue(),
      ended: new AbortController(),
      ready: false,
      paused: false,
    };
    if (lost.paused) this.resumeFetching(this.generation);
    void this.prepare(this.generation);
  }

  private stop(reason: string): void {
    this.stoppedBecause = reason;
    this.logger.error(`group ${this.parts.options.group}: stops: ${reason}`);
    this.closing.abort();
    void this.member.close();
    this.parts.onStopped(reason);
  }

  private isOver(queue: FetchedQueue, part: number): boolean {
    const { maxWaitingRecords, maxWaitingBytes } = this.parts.options;
    return queue.records > maxWaitingRecords * part || queue.bytes > maxWaitingBytes * part;
  }

  private pauseFetching(generation: Generation): void {
    generation.paused = true;
    for (const partition of generation.partitions) this.member.pause(partition);
  }

  private resumeFetching(generation: Generation): void {
    generation.paused = false;
    if (this.paused) return;
    for (const partition of generation.partitions) this.member.resume(partition);
  }

  private report(): void {
    const state = this.state();
    for (const { partition, lag } of state.partitions)
      if (lag !== undefined) this.parts.metrics.partitionLag(partition, lag);
    this.parts.metrics.subscription(state);
  }

  private stall(): { stalledMs: number; stalledBecause: string } {
    const nowMs = this.parts.clock.nowMs();
    const silentMs = nowMs - Math.max(this.startedMs, this.member.lastContactMs);
    const workMs = nowMs - (this.workSinceMs ?? nowMs);
    return workMs > silentMs
      ? { stalledMs: workMs, stalledBecause: `a transaction has been tried for ${Math.round(workMs / 1000)} s` }
      : { stalledMs: silentMs, stalledBecause: `no word from the broker for ${Math.round(silentMs / 1000)} s` };
  }
}
