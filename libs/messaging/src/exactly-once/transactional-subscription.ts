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
import type { ConsumerMetrics, MemberAtWork, SubscriptionOptions, SubscriptionState } from '../consumer/index.ts';
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

export class TransactionalSubscription implements GroupListener, MemberAtWork {
  private readonly logger = new Logger('ExactlyOnce');
  private readonly closing = new AbortController();
  private readonly member: GroupMember;
  private readonly startedMs: number;
  private readonly finished: Promise<void>;
  private readonly positions = new Map<number, bigint>();
  /** Where the first fetch of a partition began: there it begins again while nothing is committed. */
  private readonly firstOffsets = new Map<number, bigint>();
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
    this.begin(partitions);
    // The client keeps a pause over a rebalance; what was too much then is gone now.
    for (const partition of partitions)
      if (this.paused) this.member.pause(partition);
      else this.member.resume(partition);
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
    const { partition, fetchOffset } = fetched;
    if (!this.firstOffsets.has(partition)) this.firstOffsets.set(partition, fetchOffset);
    if (!queue.continues(fetched)) {
      this.member.seek(partition, queue.nextOffset(partition)!);
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

  pause(): void {
    this.paused = true;
    for (const partition of this.generation?.partitions ?? []) this.member.pause(partition);
    this.logger.warn(`group ${this.parts.options.group}: is paused by an operator`);
  }

  resume(): void {
    this.paused = false;
    if (this.generation && !this.generation.paused) this.resumeFetching(this.generation);
    this.logger.warn(`group ${this.parts.options.group}: is resumed by an operator`);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.wake();
    await this.finished;
    await this.member.close();
    await this.parts.writing.close();
  }

  private begin(partitions: readonly number[]): void {
    const generation = {
      partitions,
      queue: new FetchedQueue(),
      ended: new AbortController(),
      ready: false,
      paused: false,
    };
    this.generation = generation;
    void this.prepare(generation);
  }

  /** Learns where the generation begins. */
  private async prepare(generation: Generation): Promise<void> {
    const { client, options, topic, clock } = this.parts;
    const { signal } = generation.ended;
    for (let attempt = 1; !signal.aborted && !this.closing.signal.aborted; attempt++) {
      try {
        const committed = await client.committedOffsets(options.group, topic, generation.partitions);
        for (const [partition, offset] of committed) {
          // Below zero nothing is committed yet: the group begins where its policy says, and did.
          const begin = offset >= 0n ? offset : this.firstOffsets.get(partition);
          if (begin !== undefined) generation.queue.expect(partition, begin);
        }
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
        const woken = new AbortController();
        this.wake = () => woken.abort();
        await this.parts.clock.sleep(1_000, woken.signal);
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
    if (lost.paused) this.resumeFetching(lost);
    this.begin(lost.partitions);
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
