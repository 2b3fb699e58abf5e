/**
 * A table of a whole compacted topic: restored when it is opened, then followed. Every instance that opens it holds all of it; a table of
 * only the partitions that an instance owns is `StreamsBuilder.table`.
 *
 * Memory: values as bytes as they lie in the topic, plus about 60 bytes and the key's characters for each key (`bytes` tells).
 */
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { systemClock, type Clock, type KafkaClient, type LogReader, type MetricsPort } from '@headwater/messaging';
import type { StreamTopic } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import { restoreProgressMetrics } from '../metrics/index.ts';
import { RestoreLog, type RestoreProgress } from '../restore/index.ts';
import { TableStore, type ReadableStore } from '../store/index.ts';
import { partitionsOfTable } from './table-topic.ts';

/** What is read into a table, and who hears of its progress. */
export interface OpenTableOptions {
  readonly metrics?: MetricsPort;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly clock?: Clock;
}

interface Followed {
  readonly partition: number;
  readonly earliest: number;
  /** What the partition held when the table was opened. */
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

const sliceMs = 8;
const readerLimits = {
  isolation: 'read-committed',
  maxWaitMs: 200,
  maxBytesPerPartition: 1024 * 1024,
  maxBufferedBytesPerPartition: 2 * 1024 * 1024,
} as const;

/** Begins to restore; wait for `restored` before asking. @throws {StreamsError} `TOPIC_MISSING`; or when no broker answers. */
export async function openTable<K, V>(
  client: KafkaClient,
  topic: StreamTopic<K, V>,
  options: OpenTableOptions = {},
): Promise<MaterializedTable<K, V>> {
  const table = new MaterializedTable(client, topic, await partitionsOfTable(client, topic.name), options);
  await table.begin();
  return table;
}

export class MaterializedTable<K, V> implements ReadableStore<K, V> {
  /** Resolves when everything is in the table that was in the topic when it was opened. */
  readonly restored: Promise<void>;
  private readonly store: TableStore<K, V>;
  private readonly reader: LogReader;
  private readonly followed = new Map<number, Followed>();
  private readonly waiters = new Set<Waiter>();
  private readonly clock: Clock;
  private readonly startedMs: number;
  private readonly whenRestored = Promise.withResolvers<undefined>();
  private woken = Promise.withResolvers<undefined>();
  private isRestored = false;
  private failure: Error | undefined;
  private closed = false;
  private following: Promise<void> | undefined;
  private readonly tellers: ((progress: RestoreProgress) => void)[];

  /** Use {@link openTable}. */
  constructor(
    client: KafkaClient,
    private readonly topic: StreamTopic<K, V>,
    private readonly partitions: number,
    { metrics, onProgress, clock = systemClock }: OpenTableOptions,
  ) {
    this.store = new TableStore(topic);
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
      onOffsetOutOfRange: (name, partition, offset) => this.outOfRange(name, partition, offset),
    });
  }

  /** Finds out how much there is to restore, and begins. Called once, by {@link openTable}. */
  async begin(): Promise<void> {
    const all = Array.from({ length: this.partitions }, (_, partition) => partition);
    for (const [partition, { earliest, latest }] of await this.reader.offsets(this.topic.name, all)) {
      this.followed.set(partition, {
        partition,
        earliest,
        restoredAt: latest,
        position: earliest,
        records: 0,
        bytes: 0,
      });
      this.reader.assign(this.topic.name, partition, earliest);
    }
    this.lookWhetherRestored();
    this.following = this.follow();
  }

  get size(): number {
    return this.store.size;
  }

  /** Memory in bytes: values exactly, keys about. */
  get bytes(): number {
    return this.store.bytes;
  }

  /** The newest value of a key; what was read so far while restoring. */
  get(key: K): V | undefined {
    this.assertUsable();
    return this.store.get(key);
  }

  *entries(): IterableIterator<[K, V]> {
    this.assertUsable();
    yield* this.store.entries();
  }

  /** Entries with `from <= key < to`, in order of keys. It looks at every key and sorts what it finds. */
  range(from: K, to: K): [K, V][] {
    const found: [K, V][] = [];
    for (const entry of this.entries()) if (entry[0] >= from && entry[0] < to) found.push(entry);
    return found.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  }

  /**
   * Resolves when the record at `offset` of a partition, and so everything before it, is in the table: to read what one has written.
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
   * Resolves when everything is in the table that the topic holds now. Answers the number of partitions.
   * @throws {StreamsError} `CLOSED`; or when no broker answers.
   */
  async waitForEnd(signal?: AbortSignal): Promise<number> {
    const ends = await this.reader.offsets(this.topic.name, [...this.followed.keys()]);
    const waits = [...ends].map(([partition, { latest }]) => this.waitForOffset(partition, latest - 1, signal));
    await Promise.all(waits);
    return waits.length;
  }

  /** For readiness: whether the table can be asked. */
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
      detail: `table ${this.topic.name} is restored to ${Math.floor((100 * done) / Math.max(total, 1))} %`,
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.following;
    await this.reader.close();
    const closed = new StreamsError('CLOSED', `Table ${this.topic.name} was closed`);
    this.whenRestored.reject(closed);
    for (const waiter of this.waiters) waiter.reject(closed);
  }

  private assertUsable(): void {
    if (this.failure) throw this.failure;
    if (this.isClosed()) throw new StreamsError('CLOSED', `Table ${this.topic.name} was closed`);
  }

  private isClosed(): boolean {
    return this.closed;
  }

  private wake(): void {
    this.woken.resolve(undefined);
    this.woken = Promise.withResolvers();
  }

  private outOfRange(topic: string, partition: number, offset: number): void {
    new Logger('Streams').warn(
      `table ${topic}: offset ${offset} of partition ${partition} is gone; reading from the beginning`,
    );
    this.reader.assign(topic, partition, 0);
  }

  private async follow(): Promise<void> {
    try {
      while (!this.isClosed()) {
        const arrival = this.woken.promise;
        const untilMs = performance.now() + sliceMs;
        let worked = false;
        for (const each of this.followed.values()) worked = (await this.readSlice(each, untilMs)) || worked;
        if (worked) {
          this.answerWaiters();
          this.lookWhetherRestored();
        }
        await (worked ? setImmediate() : arrival);
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      new Logger('Streams').error(`table ${this.topic.name} ends: ${this.failure.message}`);
      this.whenRestored.reject(this.failure);
      for (const waiter of this.waiters) waiter.reject(this.failure);
    }
  }

  private async readSlice(followed: Followed, untilMs: number): Promise<boolean> {
    let worked = false;
    const { value } = this.topic;
    for (;;) {
      const chunk = this.reader.take(this.topic.name, followed.partition);
      if (!chunk) break;
      worked = true;
      const cursor = chunk.records();
      while (cursor.next()) {
        const waits =
          cursor.valueStart < 0
            ? undefined
            : value.prepare?.(cursor.source.subarray(cursor.valueStart, cursor.valueEnd));
        if (waits) await waits;
        this.store.restore(cursor);
        followed.records++;
      }
      followed.bytes += chunk.bytes;
      followed.position = chunk.nextOffset;
      if (performance.now() > untilMs) break;
    }
    if (worked && !this.isRestored) this.tell(followed);
    return worked;
  }

  private tell({ partition, earliest, restoredAt, position, records, bytes }: Followed): void {
    const seconds = Math.max(this.clock.nowMs() - this.startedMs, 1) / 1000;
    const done = position >= restoredAt;
    const percent = done ? 100 : (100 * (position - earliest)) / (restoredAt - earliest);
    const name = this.topic.name;
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
