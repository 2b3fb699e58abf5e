/**
 * Reads a whole topic, or what was written to it since a time, into whatever state the caller keeps: what is there when it begins, with
 * progress, then what comes. Every instance that follows a topic reads all of it.
 *
 * Records of a partition are taken in order, of several partitions in turns; it yields to the event loop every two milliseconds, so that
 * requests go on. Only what is committed is read.
 */
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { systemClock, type Clock, type KafkaClient, type LogReader, type MetricsPort } from '@headwater/messaging';
import type { Prepare } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import { restoreProgressMetrics } from '../metrics/index.ts';
import { RestoreLog, type RestoreProgress } from '../restore/index.ts';
import type { RestoredRecord } from '../store/index.ts';
import { partitionsOfTable } from './table-topic.ts';

/** Where to begin, and who hears of progress. */
export interface FollowOptions {
  /** Records that were written before (milliseconds since the epoch) are left out; all are read when not given. */
  readonly sinceMs?: number;
  readonly metrics?: MetricsPort;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly clock?: Clock;
}

/** The topic, and what becomes of its records. */
export interface FollowedState {
  /** The topic's name. */
  readonly topic: string;
  /** Of the value of each record, before it is applied. */
  prepareAt?: Prepare;
  /**
   * Takes the next record; a tombstone's value starts at -1. After the log lost what was to be read next, records come from where it
   * begins then, perhaps again. What it throws ends the following.
   */
  apply(record: RestoredRecord, partition: number, offset: number): void;
}

interface Followed {
  readonly partition: number;
  readonly earliest: number;
  /** What the partition held when following began. */
  readonly restoredAt: number;
  position: number;
  records: number;
  bytes: number;
}

interface Waiter {
  readonly partition: number;
  readonly offset: number;
  resolve(): void;
  reject(error: Error): void;
}

const sliceMs = 2;
const retryMs = 200;
/** Between two looks at the clock. */
const recordsPerLook = 32;
const readerLimits = {
  isolation: 'read-committed',
  maxWaitMs: 200,
  maxBytesPerPartition: 1024 * 1024,
  maxBufferedBytesPerPartition: 2 * 1024 * 1024,
} as const;

/**
 * Begins to read; wait for `restored` before asking the state. @throws {StreamsError} `TOPIC_MISSING`; or when no broker answers.
 */
export async function followTopic(
  client: KafkaClient,
  state: FollowedState,
  options: FollowOptions = {},
): Promise<TopicFollower> {
  const follower = new TopicFollower(
    client,
    state,
    await partitionsOfTable(client, state.topic, options.sinceMs),
    options,
  );
  await follower.begin();
  return follower;
}

/** A topic that is being read into a state. */
export class TopicFollower {
  /** Resolves when everything was applied that was in the topic when this began. */
  readonly restored: Promise<void>;
  private readonly reader: LogReader;
  private readonly followed = new Map<number, Followed>();
  private readonly waiters = new Set<Waiter>();
  private readonly sinceMs: number | undefined;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private readonly whenRestored = Promise.withResolvers<undefined>();
  private woken = Promise.withResolvers<undefined>();
  private isRestored = false;
  private failure: Error | undefined;
  private closed = false;
  private sliceEndsMs = 0;
  private following: Promise<void> | undefined;
  private readonly tellers: ((progress: RestoreProgress) => void)[];

  /** Use {@link followTopic}. */
  constructor(
    client: KafkaClient,
    private readonly state: FollowedState,
    private readonly partitions: number,
    { sinceMs, metrics, onProgress, clock = systemClock }: FollowOptions,
  ) {
    this.sinceMs = sinceMs;
    this.clock = clock;
    this.startedMs = clock.nowMs();
    const log = new RestoreLog(clock);
    this.tellers = [
      (progress) => log.tell(progress),
      restoreProgressMetrics(metrics),
      ...(onProgress ? [onProgress] : []),
    ];
    this.restored = this.whenRestored.promise;
    // Whoever does not wait for it looks at `ready`.
    this.restored.catch(() => undefined);
    this.reader = client.openLogReader(readerLimits, {
      onArrival: () => this.wake(),
      onOffsetOutOfRange: (_, partition, offset) => void this.beginAgain(partition, offset),
    });
  }

  /** Finds out how much there is to restore, and begins. Called once, by {@link followTopic}. */
  async begin(): Promise<void> {
    const all = Array.from({ length: this.partitions }, (_, partition) => partition);
    for (const [partition, { earliest, latest }] of await this.reader.offsets(this.state.topic, all, this.sinceMs)) {
      this.followed.set(partition, {
        partition,
        earliest,
        restoredAt: latest,
        position: earliest,
        records: 0,
        bytes: 0,
      });
      this.reader.assign(this.state.topic, partition, earliest);
    }
    this.lookWhetherRestored();
    this.following = this.follow();
  }

  /**
   * Resolves when the record at `offset` of a partition, and so everything before it, is applied: to read what one has written.
   * @throws {StreamsError} `CLOSED`; or the signal's reason.
   */
  async waitForOffset(partition: number, offset: number | bigint, signal?: AbortSignal): Promise<void> {
    this.assertUsable();
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { partition, offset: Number(offset), resolve: () => resolve(undefined), reject };
    this.waiters.add(waiter);
    const abort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    this.answerWaiters();
    try {
      await promise;
    } finally {
      this.waiters.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Resolves when everything is applied that the topic holds now. Answers the number of partitions.
   * @throws {StreamsError} `CLOSED`; or when no broker answers.
   */
  async waitForEnd(signal?: AbortSignal): Promise<number> {
    const ends = await this.reader.offsets(this.state.topic, [...this.followed.keys()]);
    const waits = [...ends].map(([partition, { latest }]) => this.waitForOffset(partition, latest - 1, signal));
    await Promise.all(waits);
    return waits.length;
  }

  /** For readiness: whether the state can be asked. */
  ready(): { readonly ok: boolean; readonly detail?: string } {
    if (this.failure) return { ok: false, detail: this.failure.message };
    if (this.isRestored) return { ok: true };
    const all = [...this.followed.values()];
    const total = all.reduce((sum, { earliest, restoredAt }) => sum + restoredAt - earliest, 0);
    const done = all.reduce(
      (sum, { earliest, restoredAt, position }) => sum + Math.min(position, restoredAt) - earliest,
      0,
    );
    return {
      ok: false,
      detail: `topic ${this.state.topic} is restored to ${Math.floor((100 * done) / Math.max(total, 1))} %`,
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.following;
    await this.reader.close();
    const closed = new StreamsError('CLOSED', `Following ${this.state.topic} was ended`);
    this.whenRestored.reject(closed);
    for (const waiter of this.waiters) waiter.reject(closed);
  }

  /** @throws {StreamsError} `CLOSED`; or what ended the following. */
  assertUsable(): void {
    if (this.failure) throw this.failure;
    if (this.isClosed()) throw new StreamsError('CLOSED', `Following ${this.state.topic} was ended`);
  }

  private isClosed(): boolean {
    return this.closed;
  }

  private wake(): void {
    this.woken.resolve(undefined);
    this.woken = Promise.withResolvers();
  }

  /** What was to be read next is gone: it goes on where the log begins now. */
  private async beginAgain(partition: number, offset: number): Promise<void> {
    const { topic } = this.state;
    const logger = new Logger('Streams');
    while (!this.isClosed()) {
      try {
        const { earliest } = (await this.reader.offsets(topic, [partition])).get(partition)!;
        logger.warn(`following ${topic}: offset ${offset} of partition ${partition} is gone; reading from ${earliest}`);
        const followed = this.followed.get(partition)!;
        followed.position = Math.max(followed.position, earliest);
        this.reader.assign(topic, partition, earliest);
        this.answerWaiters();
        this.lookWhetherRestored();
        return;
      } catch (error) {
        if (this.isClosed()) return;
        logger.warn(`following ${topic}: ${error instanceof Error ? error.message : String(error)}; trying again`);
        await this.clock.sleep(retryMs);
      }
    }
  }

  private async follow(): Promise<void> {
    try {
      while (!this.isClosed()) {
        const arrival = this.woken.promise;
        let worked = false;
        for (const each of this.followed.values()) worked = (await this.readChunk(each)) || worked;
        if (worked) {
          this.answerWaiters();
          this.lookWhetherRestored();
        } else {
          await arrival;
          this.sliceEndsMs = performance.now() + sliceMs;
        }
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      new Logger('Streams').error(`following ${this.state.topic} ends: ${this.failure.message}`);
      this.whenRestored.reject(this.failure);
      for (const waiter of this.waiters) waiter.reject(this.failure);
    }
  }

  /** The next chunk of a partition, if there is one; a long one in several slices. */
  private async readChunk(followed: Followed): Promise<boolean> {
    const chunk = this.reader.take(this.state.topic, followed.partition);
    if (!chunk) return false;
    const cursor = chunk.records();
    while (cursor.next()) {
      const waits =
        cursor.valueStart < 0 ? undefined : this.state.prepareAt?.(cursor.source, cursor.valueStart, cursor.valueEnd);
      if (waits) await waits;
      this.state.apply(cursor, followed.partition, cursor.offset);
      followed.records++;
      if (followed.records % recordsPerLook === 0) await this.restIfDue();
    }
    followed.bytes += chunk.bytes;
    followed.position = chunk.nextOffset;
    if (!this.isRestored) this.tell(followed);
    await this.restIfDue();
    return true;
  }

  private async restIfDue(): Promise<void> {
    if (performance.now() < this.sliceEndsMs) return;
    await setImmediate();
    this.sliceEndsMs = performance.now() + sliceMs;
  }

  private tell({ partition, earliest, restoredAt, position, records, bytes }: Followed): void {
    const seconds = Math.max(this.clock.nowMs() - this.startedMs, 1) / 1000;
    const done = position >= restoredAt;
    const percent = done ? 100 : (100 * (position - earliest)) / (restoredAt - earliest);
    const name = this.state.topic;
    const progress = {
      name,
      topic: name,
      partition,
      records,
      bytes,
      percent,
      recordsPerSecond: records / seconds,
      done,
    };
    for (const teller of this.tellers) teller(progress);
  }

  private lookWhetherRestored(): void {
    if (this.isRestored) return;
    this.isRestored = [...this.followed.values()].every(({ position, restoredAt }) => position >= restoredAt);
    if (this.isRestored) this.whenRestored.resolve(undefined);
  }

  private answerWaiters(): void {
    for (const waiter of this.waiters)
      if ((this.followed.get(waiter.partition)?.position ?? 0) > waiter.offset) waiter.resolve();
  }
}
