/**
 * Reads partitions into their states: from the beginning to where a partition ended when it was taken (then it is restored), and from
 * there on whatever is written, by whomever.
 */
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock, KafkaClient, LogReader, MetricsPort } from '@headwater/messaging';
import type { Prepare } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import { restoreProgressMetrics } from '../metrics/index.ts';
import { RestoreLog, type RestoreProgress } from '../restore/index.ts';
import type { RestoredRecord } from '../store/index.ts';

/** What an instance makes of a partition's records. */
export interface PartitionState {
  /**
   * Takes the next record; after a reader had to begin anew, records come again that were there before. A tombstone's value starts at
   * -1.
   */
  apply(record: RestoredRecord): void;
  /** Nothing more was in the partition when the broker last answered; never before it is restored. */
  onCaughtUp?(): void;
}

export interface FollowerOptions<State extends PartitionState> {
  readonly topic: string;
  readonly createState: (partition: number) => State;
  readonly prepareAt?: Prepare | undefined;
  readonly metrics?: MetricsPort | undefined;
}

interface Followed<State> {
  readonly partition: number;
  readonly state: State;
  readonly startedMs: number;
  readonly whenRestored: PromiseWithResolvers<State>;
  earliest: number;
  /** Undefined until the broker has said where the partition ends. */
  restoredAt: number | undefined;
  isRestored: boolean;
  position: number;
  records: number;
  bytes: number;
}

const sliceMs = 8;
const retryMs = 200;
const readerLimits = {
  isolation: 'read-committed',
  maxWaitMs: 200,
  maxBytesPerPartition: 1024 * 1024,
  maxBufferedBytesPerPartition: 2 * 1024 * 1024,
} as const;

export class PartitionFollower<State extends PartitionState> {
  failure: Error | undefined;
  private readonly followed = new Map<number, Followed<State>>();
  private readonly reader: LogReader;
  private readonly closing = new AbortController();
  private readonly tellers: ((progress: RestoreProgress) => void)[];
  private readonly running: Promise<void>;
  private woken = Promise.withResolvers<undefined>();

  constructor(
    client: KafkaClient,
    private readonly options: FollowerOptions<State>,
    private readonly clock: Clock,
  ) {
    const log = new RestoreLog(clock);
    this.tellers = [(progress) => log.tell(progress), restoreProgressMetrics(options.metrics)];
    this.reader = client.openLogReader(readerLimits, {
      onArrival: () => this.wake(),
      onOffsetOutOfRange: (_, partition, offset) => this.beginAnew(partition, offset),
    });
    this.running = this.run();
  }

  get partitions(): number[] {
    return [...this.followed.keys()];
  }

  /** From here on exactly these; those that are followed already go on. */
  follow(partitions: readonly number[]): void {
    for (const partition of this.followed.keys()) if (!partitions.includes(partition)) this.drop(partition);
    for (const partition of partitions) if (!this.followed.has(partition)) void this.begin(partition);
  }

  /** Resolves when the partition is restored. @throws {StreamsError} `NOT_OWNED` when it is not followed, or not any more */
  async state(partition: number): Promise<State> {
    if (this.failure) throw this.failure;
    const followed = this.followed.get(partition);
    if (!followed) throw this.notFollowed(partition);
    return followed.whenRestored.promise;
  }

  /** The states that are restored. */
  restored(): State[] {
    return [...this.followed.values()].filter(({ isRestored }) => isRestored).map(({ state }) => state);
  }

  /** How far all that is followed is restored together, from 0 to 100. */
  percentRestored(): number {
    const all = [...this.followed.values()];
    if (all.every(({ isRestored }) => isRestored)) return 100;
    const total = all.reduce((sum, { earliest, restoredAt = earliest }) => sum + restoredAt - earliest, 0);
    const done = all.reduce(
      (sum, { earliest, restoredAt = earliest, position }) => sum + Math.min(position, restoredAt) - earliest,
      0,
    );
    return Math.min(99, (100 * done) / Math.max(total, 1));
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.wake();
    await this.running;
    await this.reader.close();
    for (const partition of this.followed.keys()) this.drop(partition);
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private wake(): void {
    this.woken.resolve(undefined);
    this.woken = Promise.withResolvers();
  }

  private drop(partition: number): void {
    this.followed.get(partition)?.whenRestored.reject(this.notFollowed(partition));
    this.followed.delete(partition);
    this.reader.unassign(this.options.topic, partition);
  }

  /** Asks where the partition ends until a broker answers. */
  private async begin(partition: number): Promise<void> {
    const followed: Followed<State> = {
      partition,
      state: this.options.createState(partition),
      startedMs: this.clock.nowMs(),
      whenRestored: Promise.withResolvers(),
      earliest: 0,
      restoredAt: undefined,
      isRestored: false,
      position: 0,
      records: 0,
      bytes: 0,
    };
    // Whoever does not wait for it looks at how far it is.
    followed.whenRestored.promise.catch(() => undefined);
    this.followed.set(partition, followed);
    const isWanted = (): boolean => !this.isClosing() && this.followed.get(partition) === followed;
    while (isWanted()) {
      try {
        const { earliest, latest } = (await this.reader.offsets(this.options.topic, [partition])).get(partition)!;
        if (!isWanted()) return;
        followed.earliest = followed.position = earliest;
        followed.restoredAt = latest;
        this.reader.assign(this.options.topic, partition, earliest);
        this.wake();
        return;
      } catch (error) {
        new Logger('Streams').warn(
          `table ${this.options.topic}: where partition ${partition} ends is not known yet: ${textOf(error)}; trying again`,
        );
        await this.clock.sleep(retryMs, this.closing.signal);
      }
    }
  }

  private beginAnew(partition: number, offset: number): void {
    new Logger('Streams').warn(
      `table ${this.options.topic}: offset ${offset} of partition ${partition} is gone; restoring it anew`,
    );
    if (!this.followed.has(partition)) return;
    this.drop(partition);
    void this.begin(partition);
  }

  private async run(): Promise<void> {
    try {
      while (!this.isClosing()) {
        const arrival = this.woken.promise;
        const untilMs = performance.now() + sliceMs;
        let worked = false;
        for (const each of this.followed.values()) worked = (await this.readSlice(each, untilMs)) || worked;
        await (worked ? setImmediate() : arrival);
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(textOf(error));
      new Logger('Streams').error(`table ${this.options.topic} ends: ${this.failure.message}`);
      for (const { whenRestored } of this.followed.values()) whenRestored.reject(this.failure);
    }
  }

  private async readSlice(followed: Followed<State>, untilMs: number): Promise<boolean> {
    const { topic, prepareAt } = this.options;
    const { partition, state } = followed;
    let worked = false;
    for (;;) {
      const chunk = this.reader.take(topic, partition);
      if (!chunk) break;
      worked = true;
      const cursor = chunk.records();
      while (cursor.next()) {
        const { valueStart, valueEnd, source } = cursor;
        const waits = valueStart < 0 ? undefined : prepareAt?.(source, valueStart, valueEnd);
        if (waits) await waits;
        state.apply(cursor);
        followed.records++;
      }
      followed.bytes += chunk.bytes;
      followed.position = chunk.nextOffset;
      if (performance.now() > untilMs) break;
    }
    this.settle(followed, worked);
    return worked;
  }

  private settle(followed: Followed<State>, worked: boolean): void {
    const { partition, state, position, restoredAt, whenRestored } = followed;
    if (restoredAt === undefined) return;
    if (!followed.isRestored) {
      followed.isRestored = position >= restoredAt;
      if (worked || followed.isRestored) this.tell(followed, restoredAt);
      if (followed.isRestored) whenRestored.resolve(state);
    }
    if (worked && followed.isRestored && this.reader.isCaughtUp(this.options.topic, partition)) state.onCaughtUp?.();
  }

  private tell(followed: Followed<State>, restoredAt: number): void {
    const { partition, startedMs, earliest, position, records, bytes, isRestored: done } = followed;
    const { topic } = this.options;
    const seconds = Math.max(this.clock.nowMs() - startedMs, 1) / 1000;
    const percent = done ? 100 : (100 * (position - earliest)) / Math.max(restoredAt - earliest, 1);
    const recordsPerSecond = records / seconds;
    for (const teller of this.tellers)
      teller({ name: topic, topic, partition, records, bytes, percent, recordsPerSecond, done });
  }

  private notFollowed(partition: number): StreamsError {
    return new StreamsError(
      'NOT_OWNED',
      `Partition ${partition} of table ${this.options.topic} is not this instance's: ask its owner`,
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
