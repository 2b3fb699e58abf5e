/**
 * One stream from a slot: decodes, publishes batch by batch, and confirms what is published.
 *
 * While a batch is on its way to the broker the next is decoded, up to `maxBufferedBytes`; then the socket is not read. A place in
 * the log is acknowledged when everything before it is published, and confirmed to PostgreSQL after `settle`. Any error ends the
 * stream when the publication under way has settled.
 */
import { type ReplicationConnection, type StreamListener } from './replication-connection.ts';
import { PgoutputDecoder, type DecoderSink } from './pgoutput-decoder.ts';
import { PublishQueue, type Batch } from './publish-queue.ts';
import { ReplicationError } from './replication-error.ts';
import { type ReplicationSettings } from './replication-options.ts';
import { type ReplicationSink } from './replication-sink.ts';
import { ownClockMs, SenderLease } from './sender-lease.ts';
import { type SlotControl, type SlotState } from './slot-control.ts';
import { type TransactionInfo } from './row-change.ts';
import { sleep } from '../timing/index.ts';

const FIRST_BACKOFF_MS = 100;
const LEASE_LOOK_MS = 20;

/** What a session keeps over its streams. */
export interface StreamProgress {
  acknowledgedLsn: bigint;
  confirmedLsn: bigint;
  publishedChanges: number;
  lastCommitMicros: bigint | undefined;
  currentLsn: bigint;
  retainedBytes: number;
  bufferedBytes: number;
  progressMs: number;
}

export interface StreamParts<Item> {
  readonly connection: ReplicationConnection;
  readonly control: SlotControl;
  readonly settings: ReplicationSettings;
  readonly sink: ReplicationSink<Item>;
  readonly progress: StreamProgress;
}

export class ChangeStream<Item> {
  private readonly parts: StreamParts<Item>;
  private readonly queue: PublishQueue<Item>;
  private readonly lease: SenderLease;
  private readonly ended = new AbortController();
  private readonly failed = Promise.withResolvers<undefined>();
  private failure: unknown;
  private transaction: TransactionInfo | undefined;
  private receivedLsn = 0n;
  private publishing: Promise<void> | undefined;
  /**
   * Whether what is added to the queue will be taken. It ends in the moment in which nothing was left to take, and not when the promise
   * of it settles: before that the socket may hand over more blocks, and the last of them makes it pause.
   */
  private isPublishing = false;
  private confirming: Promise<void> | undefined;
  private statusDueMs = 0;

  constructor(parts: StreamParts<Item>) {
    this.parts = parts;
    this.queue = new PublishQueue(parts.settings.maxBatchBytes);
    this.lease = new SenderLease(parts.settings.leaseMs, ownClockMs());
  }

  /** Streams until it is told to stop. @throws whatever ended it otherwise */
  async run(stopping: AbortSignal): Promise<void> {
    const { connection, settings, progress } = this.parts;
    const { slot, publication, binary } = settings;
    await connection.start({ slot, publication, binary, startLsn: progress.acknowledgedLsn }, this.listener());
    settings.observer.streaming?.(progress.acknowledgedLsn);
    const stop = (): void => this.end(undefined);
    stopping.addEventListener('abort', stop);
    if (stopping.aborted) stop();
    const timers = [
      setInterval(() => this.confirmSoon(), Math.min(settings.confirmMs, settings.leaseMs / 6)),
      setInterval(() => void this.guarded(() => this.watch()), settings.leaseMs / 3),
      setInterval(() => void this.guarded(() => this.parts.control.beat()), settings.heartbeatMs),
    ];
    await this.guarded(() => this.watch());
    try {
      await this.failed.promise;
    } finally {
      for (const timer of timers) clearInterval(timer);
      stopping.removeEventListener('abort', stop);
      await this.publishing;
      await this.confirming;
      progress.bufferedBytes = 0;
    }
    if (this.failure) throw this.failure as Error;
    await this.confirm();
  }

  private listener(): StreamListener {
    const { settings, progress } = this.parts;
    const decoder = new PgoutputDecoder(this.decoderSink());
    return {
      logData: (block, start, lsn) => decoder.decode(block, start, lsn),
      keepalive: (endLsn) => {
        this.received(endLsn);
        progress.currentLsn = maxLsn(progress.currentLsn, endLsn);
        if (!this.transaction) this.queue.mark(endLsn);
      },
      drained: () => {
        progress.bufferedBytes = this.queue.bufferedBytes;
        if (this.queue.bufferedBytes > settings.maxBufferedBytes) this.parts.connection.pause();
        this.pump();
      },
      ended: (error) => this.end(this.lease.isCertain ? error : this.fenced('its sender was ended', error)),
    };
  }

  private decoderSink(): DecoderSink {
    const { sink } = this.parts;
    const take = (item: Item, bytes: number): void => this.queue.add(item, bytes);
    return {
      begin: (transaction) => {
        this.transaction = transaction;
      },
      commit: (endLsn) => {
        this.queue.mark(endLsn, this.transaction?.commitMicros);
        this.transaction = undefined;
        this.received(endLsn);
      },
      relation: (relation) => sink.relation?.(relation),
      change: (change) => sink.change(change, this.transaction!, take),
      truncate: (relations, lsn) => {
        for (const relation of relations) sink.truncate?.(relation, lsn, this.transaction!, take);
      },
      message: ({ lsn }) => {
        if (this.transaction) return;
        this.received(lsn);
        this.queue.mark(lsn);
      },
    };
  }

  private received(lsn: bigint): void {
    if (lsn > this.receivedLsn) this.receivedLsn = lsn;
  }

  private pump(): void {
    if (this.isPublishing || this.ended.signal.aborted) return;
    this.isPublishing = true;
    this.publishing = this.publishAll();
  }

  /** Never rejects: what fails for good ends the stream. */
  private async publishAll(): Promise<void> {
    try {
      // A small transaction's changes wait for its commit, so that they are acknowledged with it.
      const take = (): Batch<Item> | undefined =>
        this.queue.take(this.transaction === undefined || this.parts.connection.isPaused);
      for (let batch = take(); batch && !this.ended.signal.aborted; batch = take()) {
        if (batch.items.length > 0) await this.publish(batch);
        this.acknowledged(batch);
      }
    } catch (error) {
      this.end(error);
    } finally {
      this.isPublishing = false;
    }
  }

  private async publish(batch: Batch<Item>): Promise<void> {
    const { settings, sink } = this.parts;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, settings.maxBackoffMs)) {
      await this.assertLease();
      try {
        await sink.publish(batch.items);
        return;
      } catch (error) {
        if (error instanceof ReplicationError) throw error;
        settings.observer.failed?.(error, backoffMs);
      }
      await sleep(backoffMs, this.ended.signal);
      if (this.ended.signal.aborted) throw new ReplicationError('REPLICATION_DISCONNECTED', 'the stream ended');
    }
  }

  private acknowledged(batch: Batch<Item>): void {
    const { progress, settings, connection } = this.parts;
    this.queue.release(batch);
    if (batch.safeLsn !== undefined) progress.acknowledgedLsn = maxLsn(progress.acknowledgedLsn, batch.safeLsn);
    progress.progressMs = performance.now();
    progress.bufferedBytes = this.queue.bufferedBytes;
    if (batch.items.length > 0) {
      progress.publishedChanges += batch.items.length;
      progress.lastCommitMicros = batch.commitMicros ?? this.transaction?.commitMicros ?? progress.lastCommitMicros;
      const sinceCommitMs = progress.lastCommitMicros ? Date.now() - Number(progress.lastCommitMicros / 1000n) : 0;
      settings.observer.published?.(batch.items.length, sinceCommitMs);
    }
    if (connection.isPaused && this.queue.bufferedBytes <= settings.maxBufferedBytes / 2) connection.resume();
  }

  /**
   * Publishing is allowed only while the slot is certainly this process's; after a pause beyond the lease the server is asked.
   *
   * @throws ReplicationError REPLICATION_FENCED when another has it, or nobody
   */
  private async assertLease(): Promise<void> {
    while (!this.lease.isCertain) {
      this.tellStatus();
      await this.watch();
      await sleep(LEASE_LOOK_MS, this.ended.signal);
      if (this.ended.signal.aborted) throw new ReplicationError('REPLICATION_DISCONNECTED', 'the stream ended');
    }
  }

  private async watch(): Promise<void> {
    const { control, connection, progress } = this.parts;
    const slot: SlotState | undefined = await control.slot();
    if (slot?.activeSenderId !== connection.senderId) {
      throw this.fenced(slot?.activeSenderId === undefined ? 'nobody reads from it' : 'another process reads from it');
    }
    if (slot.lastStatusMs !== undefined) this.lease.heard(slot.lastStatusMs);
    progress.currentLsn = slot.currentLsn;
    progress.retainedBytes = slot.retainedBytes;
    if (this.queue.isEmpty && !this.isPublishing) progress.progressMs = performance.now();
  }

  private fenced(what: string, cause?: unknown): ReplicationError {
    const { slot } = this.parts.settings;
    return new ReplicationError('REPLICATION_FENCED', `the lease of slot ${slot} ended: ${what}`, { cause });
  }

  private confirmSoon(): void {
    this.confirming ??= this.guarded(() => this.confirm()).finally(() => {
      this.confirming = undefined;
    });
  }

  private async confirm(): Promise<void> {
    const { sink, progress, settings } = this.parts;
    const { acknowledgedLsn } = progress;
    if (acknowledgedLsn > progress.confirmedLsn) {
      const neededLsn = await sink.settle?.();
      const safeLsn = neededLsn !== undefined && neededLsn < acknowledgedLsn ? neededLsn : acknowledgedLsn;
      progress.confirmedLsn = maxLsn(progress.confirmedLsn, safeLsn);
    } else if (performance.now() < this.statusDueMs) return;
    this.statusDueMs = performance.now() + settings.leaseMs / 6;
    this.tellStatus();
  }

  private tellStatus(): void {
    const { connection, progress } = this.parts;
    connection.confirm(maxLsn(this.receivedLsn, progress.confirmedLsn), progress.confirmedLsn, ownClockMs());
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.end(error);
    }
  }

  private end(failure: unknown): void {
    if (this.ended.signal.aborted) return;
    this.failure = failure;
    this.ended.abort();
    this.failed.resolve(undefined);
  }
}

function maxLsn(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
