/**
 * The log reader on the wire: a loop for each broker, one fetch in flight in each, over all partitions that it leads and that have
 * room. Partitions take turns in being first, so that a large one starves nobody.
 */
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type {
  ClusterAccess,
  FetchedChunk,
  LogReader,
  LogReaderListener,
  LogReaderOptions,
  OffsetRange,
} from '../client/index.ts';
import { logOf } from '../logging/index.ts';
import { ClusterView } from './cluster-view.ts';
import { fetchPartitions, LeaderAway, type FetchedPartition } from './fetch-api.ts';
import { OffsetRounds } from './offset-rounds.ts';
import { BatchChunk } from './record-batches.ts';

const backoff: Backoff = { firstMs: 100, maxMs: 2_000 };
/** A fetch that leaves out partitions without room comes back soon: one of them may have room by then. */
const maxWaitWithFullMs = 10;
const maxFetchBytes = 4 * 1024 * 1024;
const offsetOutOfRange = 1;
/** Brokers are asked again who leads, at least this often while a partition has no leader. */
const leaderlessPauseMs = 200;
const defaultLeaderWaitMs = 10_000;

/** One assigned partition; a later assignment of the same is another object, so that a late answer finds nobody. */
interface Feed {
  readonly topic: string;
  readonly partition: number;
  position: number;
  endOffset: number | undefined;
  readonly chunks: FetchedChunk[];
  bufferedBytes: number;
  stopped: boolean;
}

export type WireLogReaderSettings = LogReaderOptions & ClusterAccess;

export class WireLogReader implements LogReader {
  private readonly logger = logOf('LogReader');
  private readonly cluster: ClusterView;
  private readonly rounds: OffsetRounds;
  private readonly feeds = new Map<string, Feed>();
  private readonly loops = new Map<number, Promise<void>>();
  private readonly closing = new AbortController();
  private wakeLoops = Promise.withResolvers<undefined>();
  private finding: Promise<void> | undefined;
  private turn = 0;

  constructor(
    private readonly settings: WireLogReaderSettings,
    private readonly listener: LogReaderListener,
    private readonly clock: Clock,
  ) {
    this.cluster = new ClusterView(settings);
    this.rounds = new OffsetRounds(this.cluster, settings.isolation);
  }

  assign(topic: string, partition: number, offset: number): void {
    this.unassign(topic, partition);
    const feed: Feed = {
      topic,
      partition,
      position: offset,
      endOffset: undefined,
      chunks: [],
      bufferedBytes: 0,
      stopped: false,
    };
    this.feeds.set(nameOf(topic, partition), feed);
    if (this.cluster.leaderOf(topic, partition) === undefined) this.findLeaders();
    else this.startLoops();
    this.wake();
  }

  unassign(topic: string, partition: number): void {
    const name = nameOf(topic, partition);
    const feed = this.feeds.get(name);
    if (!feed) return;
    feed.stopped = true;
    this.feeds.delete(name);
  }

  take(topic: string, partition: number): FetchedChunk | undefined {
    const feed = this.feeds.get(nameOf(topic, partition));
    const chunk = feed?.chunks.shift();
    if (!feed || !chunk) return undefined;
    const wasFull = this.isFull(feed);
    feed.bufferedBytes -= chunk.bytes;
    if (wasFull && !this.isFull(feed)) this.wake();
    return chunk;
  }

  isCaughtUp(topic: string, partition: number): boolean {
    const feed = this.feeds.get(nameOf(topic, partition));
    return feed?.endOffset !== undefined && feed.chunks.length === 0 && feed.position >= feed.endOffset;
  }

  endOffset(topic: string, partition: number): number | undefined {
    return this.feeds.get(nameOf(topic, partition))?.endOffset;
  }

  async offsets(topic: string, partitions: readonly number[], sinceMs?: number): Promise<Map<number, OffsetRange>> {
    const deadlineMs = this.clock.nowMs() + (this.settings.leaderWaitMs ?? defaultLeaderWaitMs);
    if (partitions.every((partition) => this.cluster.leaderOf(topic, partition) !== undefined)) {
      try {
        return await this.rounds.ask({ topic, partitions, sinceMs, refresh: false });
      } catch {
        // What was heard last does not hold any more: it is asked for below.
      }
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.rounds.ask({ topic, partitions, sinceMs, refresh: true });
      } catch (error) {
        if (!(error instanceof LeaderAway) || this.isClosing() || this.clock.nowMs() >= deadlineMs) throw error;
      }
      await this.clock.sleep(pauseMs(backoff, attempt), this.closing.signal);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.feeds.clear();
    this.wake();
    this.cluster.close();
    await this.finding;
    await Promise.all(this.loops.values());
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private isFull(feed: Feed): boolean {
    return feed.bufferedBytes >= this.settings.maxBufferedBytesPerPartition;
  }

  private wake(): void {
    this.wakeLoops.resolve(undefined);
    this.wakeLoops = Promise.withResolvers<undefined>();
  }

  /** Asks who leads until every assigned partition has a leader; one such search at a time. */
  private findLeaders(): void {
    this.finding ??= this.searchLeaders().finally(() => {
      this.finding = undefined;
      // One may have been assigned between the last look and this.
      if (!this.isClosing() && this.someLeaderless()) this.findLeaders();
    });
  }

  private async searchLeaders(): Promise<void> {
    for (let attempt = 1; !this.isClosing(); attempt++) {
      const topics = [...new Set([...this.feeds.values()].map(({ topic }) => topic))];
      try {
        if (topics.length > 0) await this.cluster.refresh(topics);
        this.startLoops();
        if (!this.someLeaderless()) return;
        await this.clock.sleep(leaderlessPauseMs, this.closing.signal);
      } catch (error) {
        if (this.isClosing()) return;
        this.logger.warn(`no broker answers: ${textOf(error)}; trying again`);
        await this.clock.sleep(pauseMs(backoff, attempt), this.closing.signal);
      }
    }
  }

  private someLeaderless(): boolean {
    return [...this.feeds.values()].some(
      ({ topic, partition }) => this.cluster.leaderOf(topic, partition) === undefined,
    );
  }

  private startLoops(): void {
    if (this.isClosing()) return;
    for (const { topic, partition } of this.feeds.values()) {
      const leader = this.cluster.leaderOf(topic, partition);
      if (leader !== undefined && !this.loops.has(leader)) this.loops.set(leader, this.fetchFrom(leader));
    }
    this.wake();
  }

  private async fetchFrom(leader: number): Promise<void> {
    for (let failures = 0; !this.isClosing();) {
      const woken = this.wakeLoops.promise;
      const led = [...this.feeds.values()].filter(
        (feed) => !feed.stopped && this.cluster.leaderOf(feed.topic, feed.partition) === leader,
      );
      const wanted = led.filter((feed) => !this.isFull(feed));
      if (wanted.length === 0) {
        await woken;
        continue;
      }
      try {
        await this.fetchOnce(leader, wanted, led.length > wanted.length);
        failures = 0;
      } catch (error) {
        if (this.isClosing()) return;
        failures++;
        this.logger.warn(`broker ${leader}: ${textOf(error)}; trying again`);
        await this.clock.sleep(pauseMs(backoff, failures), this.closing.signal);
        this.findLeaders();
        await this.finding;
      }
    }
  }

  private async fetchOnce(leader: number, feeds: readonly Feed[], someFull: boolean): Promise<void> {
    const connection = await this.cluster.connectionTo(leader);
    const first = this.turn++ % feeds.length;
    const inTurn = [...feeds.slice(first), ...feeds.slice(0, first)];
    const byName = new Map(inTurn.map((feed) => [nameOf(feed.topic, feed.partition), feed]));
    const { isolation, maxWaitMs, minBytes = 1, maxBytesPerPartition } = this.settings;
    const fetched = await fetchPartitions(
      connection,
      inTurn.map(({ topic, partition, position }) => ({ topic, partition, offset: position })),
      {
        isolation,
        maxWaitMs: someFull ? Math.min(maxWaitWithFullMs, maxWaitMs) : maxWaitMs,
        minBytes,
        maxBytes: maxFetchBytes,
        maxBytesPerPartition,
      },
    );
    let leaderless = false;
    for (const part of fetched) {
      const feed = byName.get(nameOf(part.topic, part.partition));
      if (feed && !feed.stopped) leaderless = !this.accept(feed, part) || leaderless;
    }
    if (!leaderless) return;
    await this.clock.sleep(leaderlessPauseMs, this.closing.signal);
    this.findLeaders();
    await this.finding;
  }

  /** False when the broker does not lead the partition, or cannot serve it now. */
  private accept(feed: Feed, part: FetchedPartition): boolean {
    if (part.errorCode === offsetOutOfRange) {
      this.unassign(feed.topic, feed.partition);
      this.listener.onOffsetOutOfRange(feed.topic, feed.partition, feed.position);
      return true;
    }
    if (part.errorCode !== 0) return false;
    const before = feed.endOffset;
    feed.endOffset = this.settings.isolation === 'read-committed' ? part.lastStableOffset : part.highWatermark;
    if (part.batches.length > 0) {
      const chunk = new BatchChunk(feed.topic, feed.partition, feed.position, part.batches, part.aborted);
      feed.position = chunk.nextOffset;
      feed.chunks.push(chunk);
      feed.bufferedBytes += chunk.bytes;
    }
    if (part.batches.length > 0 || before === undefined) this.listener.onArrival(feed.topic, feed.partition);
    return true;
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}-${partition}`;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
