/**
 * One subscription at work: a group member, the partitions that it has, their lanes, and the commits.
 *
 * - A record is committed when it and all before it in its partition are finished, never before.
 * - A generation of the group ends at once: nothing of it is committed afterwards, what waits is dropped (the next generation fetches
 *   it again from the last commit), and work under way is let finish before the same partition starts again here.
 * - At-most-once delivery turns the first rule round: what a fetch brought is committed before any of it is handled.
 * - Memory is bounded: a partition whose share of the waiting records is used up is paused until half of it is done.
 */
import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/index.ts';
import type { FetchedRecords, GroupListener, GroupMember, KafkaClient } from '../client/index.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { MemberAtWork, SubscriptionState } from './member-at-work.ts';
import type { ParkingOfSubscription } from './parking-of-subscription.ts';
import { PartitionWork } from './partition-work.ts';
import type { ItemProcessor } from './record-processor.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

/** A fetch without records waits so long at most; a resumed partition too. */
const maxWaitMs = 250;

/** In-flight work gets so long at shutdown; what is not finished then is delivered again. */
const drainLimitMs = 10_000;

export interface SubscriptionRunnerParts {
  readonly topic: string;
  readonly options: SubscriptionOptions;
  /** Lanes hand several records over at a time. */
  readonly batched: boolean;
  readonly client: KafkaClient;
  readonly processor: ItemProcessor;
  readonly metrics: ConsumerMetrics;
  readonly clock: Clock;
  readonly parking?: ParkingOfSubscription | undefined;
  /** The topic is the group's own and holds copies that carry their origin. */
  readonly secondHand?: boolean;
}

export class SubscriptionRunner implements GroupListener, MemberAtWork {
  private readonly logger = new Logger('Consumer');
  private readonly works = new Map<number, PartitionWork>();
  private readonly committed = new Map<number, bigint>();
  /** Work of earlier generations that is still under way, by partition. */
  private readonly ending = new Map<number, Promise<void>>();
  /** Up to where this member knows each partition to be processed, from the generation before. */
  private readonly lastPositions = new Map<number, bigint>();
  private readonly closing = new AbortController();
  private readonly startedMs: number;
  private readonly member: GroupMember;
  private readonly commits: Promise<unknown>;
  private paused = false;
  private joined = false;
  private stoppedBecause: string | undefined;
  private closed: Promise<void> | undefined;

  private readonly topic: string;
  private readonly options: SubscriptionOptions;
  private readonly processor: ItemProcessor;
  private readonly metrics: ConsumerMetrics;
  private readonly clock: Clock;

  constructor(private readonly parts: SubscriptionRunnerParts) {
    const { client, parking } = parts;
    ({
      topic: this.topic,
      options: this.options,
      processor: this.processor,
      metrics: this.metrics,
      clock: this.clock,
    } = parts);
    const { topic, options, clock } = this;
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
      },
      this,
    );
    this.commits = Promise.all([
      this.commitRegularly(),
      parking?.releases.watch(
        (partition) => this.works.get(partition),
        () => this.parkedKeys > 0,
        this.closing.signal,
      ),
    ]);
  }

  pause(): void {
    this.paused = true;
    for (const partition of this.works.keys()) this.member.pause(partition);
    this.logger.warn(`group ${this.options.group}: is paused by an operator`);
  }

  resume(): void {
    this.paused = false;
    for (const work of this.works.values()) if (!work.paused) this.member.resume(work.partition);
    this.logger.warn(`group ${this.options.group}: is resumed by an operator`);
  }

  onAssigned(partitions: readonly number[]): void {
    this.joined = true;
    for (const partition of partitions) {
      this.works.set(partition, this.newWork(partition));
      // The client keeps a pause over a rebalance; what was too much then is gone now.
      if (this.closing.signal.aborted || this.paused) this.member.pause(partition);
      else this.member.resume(partition);
    }
    this.logger.log(`group ${this.options.group}: has ${partitions.length} partitions of ${this.topic}`);
  }

  onRevoked(): void {
    for (const work of this.works.values()) this.retire(work);
    this.works.clear();
    this.committed.clear();
  }

  onRebalancing(): void {
    void this.commitProgress();
  }

  async onRecords(fetched: FetchedRecords): Promise<boolean> {
    const work = this.workFor(fetched);
    if (!work || this.closing.signal.aborted) return false;
    if (this.atMostOnce && !(await this.commitBefore(work, fetched))) return false;
    work.add(fetched);
    if (this.isOver(work, 1)) await this.makeRoom(work);
    return !work.stale;
  }

  private get atMostOnce(): boolean {
    return this.options.delivery === 'at-most-once';
  }

  private get parkedKeys(): number {
    let keys = 0;
    for (const { parked } of this.works.values()) keys += parked?.keys ?? 0;
    return keys;
  }

  private get oldestParkedMs(): number {
    const since = [...this.works.values()].flatMap(({ parked }) => parked?.oldestMs ?? []);
    return since.length === 0 ? 0 : Math.max(0, this.clock.nowMs() - Math.min(...since));
  }

  state(): SubscriptionState {
    const works = [...this.works.values()];
    return {
      group: this.options.group,
      topic: this.topic,
      joined: this.joined,
      partitions: works.map(({ partition, position, lag }) => ({ partition, position, lag })),
      waitingRecords: works.reduce((sum, { waitingRecords }) => sum + waitingRecords, 0),
      inFlight: this.processor.work.messages,
      parkedKeys: this.parkedKeys,
      oldestParkedMs: this.oldestParkedMs,
      paused: this.paused,
      stoppedBecause: this.stoppedBecause,
      ...this.stall(),
    };
  }

  /** Ends the subscription for good: a record failed that nothing may be committed past. */
  stop(reason: string): void {
    if (this.stoppedBecause !== undefined) return;
    this.stoppedBecause = reason;
    this.logger.error(`group ${this.options.group}: stops: ${reason}`);
    void this.close();
  }

  close(): Promise<void> {
    return (this.closed ??= this.leave());
  }

  private async leave(): Promise<void> {
    this.closing.abort();
    await this.commits;
    for (const partition of this.works.keys()) this.member.pause(partition);
    const drained = new AbortController();
    const work = Promise.all([...this.works.values()].map((each) => each.retire())).then(() => drained.abort());
    await Promise.race([work, this.clock.sleep(drainLimitMs, drained.signal)]);
    await this.commitProgress();
    await this.member.close();
  }

  /** The partition's work, if these records continue it. */
  private workFor(fetched: FetchedRecords): PartitionWork | undefined {
    const { partition, fetchOffset } = fetched;
    const work = this.works.get(partition);
    if (!work) return undefined;
    if (work.nextOffset === undefined) return this.continuesLastGeneration(fetched) ? work : undefined;
    if (fetchOffset >= work.nextOffset) return work;
    // The log went back behind us (it was truncated, or the topic made anew): what waits is of a past that is no more.
    this.logger.warn(
      `group ${this.options.group}: ${this.topic}/${partition} went back from ${work.nextOffset} to ${fetchOffset}`,
    );
    this.retire(work);
    const renewed = this.newWork(partition);
    this.works.set(partition, renewed);
    return renewed;
  }

  /**
   * A fetch that began before the group rebalanced may be handed over after it, and would hide the records between the last commit
   * and its start. So the first records of a generation that lie beyond what was processed are fetched again from there.
   */
  private continuesLastGeneration({ partition, fetchOffset }: FetchedRecords): boolean {
    const last = this.lastPositions.get(partition);
    this.lastPositions.delete(partition);
    if (last === undefined || fetchOffset <= last) return true;
    this.member.seek(partition, last);
    return false;
  }

  private newWork(partition: number): PartitionWork {
    const { lanes, batchSize } = this.options;
    const { batched, parking, secondHand = false } = this.parts;
    const place = { partition, parked: parking?.of(partition, this.member.membership?.generation ?? 0), secondHand };
    return new PartitionWork(
      partition,
      { lanes, batchSize: batched ? batchSize : 1, finishedAtOnce: this.atMostOnce },
      this.ending.get(partition) ?? Promise.resolve(),
      (items, stale) => this.processor.process(place, items, stale),
      (progressed) => this.onProgress(progressed),
      place.parked,
    );
  }

  /** At most once: nothing of a fetch is handled that might be fetched again. */
  private async commitBefore(work: PartitionWork, { partition, nextOffset }: FetchedRecords): Promise<boolean> {
    try {
      await this.member.commit(new Map([[partition, nextOffset]]));
      this.committed.set(partition, nextOffset);
      return !work.stale;
    } catch {
      return false;
    }
  }

  private retire(work: PartitionWork): void {
    const { partition, position } = work;
    if (position !== undefined) this.lastPositions.set(partition, position);
    const ended = Promise.all([this.ending.get(partition), work.retire()]).then(() => {
      if (this.ending.get(partition) === ended) this.ending.delete(partition);
    });
    this.ending.set(partition, ended);
  }

  /** Whether a partition has more waiting than `part` of its share. */
  private isOver(work: PartitionWork, part: number): boolean {
    const shares = Math.max(1, this.works.size);
    const { maxWaitingRecords, maxWaitingBytes } = this.options;
    return (
      work.waitingRecords > (maxWaitingRecords / shares) * part || work.waitingBytes > (maxWaitingBytes / shares) * part
    );
  }

  /** Waits a moment for the lanes, as a fast handler makes room before the next fetch; then pauses the partition. */
  private async makeRoom(work: PartitionWork): Promise<void> {
    const over = new AbortController();
    const timeout = this.clock.sleep(maxWaitMs, over.signal).then(() => over.abort());
    while (!over.signal.aborted && !work.stale && this.isOver(work, 1)) await Promise.race([work.progress(), timeout]);
    over.abort();
    if (work.stale || !this.isOver(work, 1)) return;
    work.paused = true;
    this.member.pause(work.partition);
  }

  private onProgress(work: PartitionWork): void {
    if (!work.paused || this.isOver(work, 0.5) || this.closing.signal.aborted) return;
    work.paused = false;
    if (!this.paused) this.member.resume(work.partition);
  }

  private async commitRegularly(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.clock.sleep(this.options.commitIntervalMs, this.closing.signal);
      await this.commitProgress();
    }
  }

  private async commitProgress(): Promise<void> {
    const offsets = new Map<number, bigint>();
    for (const { partition, position, lag } of this.works.values()) {
      if (lag !== undefined) this.metrics.partitionLag(partition, lag);
      if (position !== undefined && position !== this.committed.get(partition)) offsets.set(partition, position);
    }
    this.metrics.subscription(this.state());
    if (offsets.size === 0) return;
    const works = new Map(this.works);
    try {
      await this.member.commit(offsets);
      for (const [partition, offset] of offsets) {
        const work = this.works.get(partition);
        if (!work || work !== works.get(partition)) continue;
        this.committed.set(partition, offset);
        work.parked?.onCommitted(offset);
      }
    } catch (error) {
      // The next round commits it, or the next generation fetches it again.
      this.logger.debug(
        `group ${this.options.group}: commit: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private stall(): { stalledMs: number; stalledBecause: string } {
    const nowMs = this.clock.nowMs();
    const silentMs = nowMs - Math.max(this.startedMs, this.member.lastContactMs);
    const workMs = nowMs - (this.processor.work.oldestMs ?? nowMs);
    return workMs > silentMs
      ? {
          stalledMs: workMs,
          stalledBecause: `a message of ${this.topic} has been tried for ${Math.round(workMs / 1000)} s`,
        }
      : { stalledMs: silentMs, stalledBecause: `no word from the broker for ${Math.round(silentMs / 1000)} s` };
  }
}
