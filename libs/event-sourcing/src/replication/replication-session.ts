/**
 * Reads a slot for as long as it runs: connects, prepares, streams, and begins again from the acknowledged place when the connection
 * was lost. While another process has the slot it stands by. A failure that only a person can mend stops it, loudly.
 */
import { FIRST_LSN } from './lsn.ts';
import { ChangeStream, type StreamProgress } from './change-stream.ts';
import { ReplicationConnection } from './replication-connection.ts';
import { ReplicationError } from './replication-error.ts';
import {
  replicationSettings,
  type ReplicationOptions,
  type ReplicationSettings,
  type ReplicationState,
  type ReplicationStatus,
} from './replication-options.ts';
import { type ReplicationSink, type SlotPreparation } from './replication-sink.ts';
import { SlotControl, type SlotState } from './slot-control.ts';
import { sleep } from '../timing/index.ts';

const FIRST_BACKOFF_MS = 100;

export class ReplicationSession<Item> {
  private readonly settings: ReplicationSettings;
  private readonly sink: ReplicationSink<Item>;
  private readonly progress: StreamProgress = {
    acknowledgedLsn: FIRST_LSN,
    confirmedLsn: FIRST_LSN,
    publishedChanges: 0,
    lastCommitMicros: undefined,
    currentLsn: FIRST_LSN,
    retainedBytes: 0,
    bufferedBytes: 0,
    progressMs: performance.now(),
  };
  private state: ReplicationState = 'stopped';
  private failure: ReplicationError | undefined;
  private stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** @throws RangeError */
  constructor(options: ReplicationOptions, sink: ReplicationSink<Item>) {
    this.settings = replicationSettings(options);
    this.sink = sink;
  }

  /** Starts; it waits for PostgreSQL, the slot and the broker on its own. Also after it stopped for good. */
  start(): void {
    if (this.running) return;
    this.stopping = new AbortController();
    this.failure = undefined;
    this.progress.progressMs = performance.now();
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Waits for the publication under way, confirms it, and frees the slot. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  status(): ReplicationStatus {
    const { progress } = this;
    const { confirmedLsn, currentLsn, retainedBytes, bufferedBytes, publishedChanges, lastCommitMicros } = progress;
    const lagBytes = currentLsn > confirmedLsn && confirmedLsn > FIRST_LSN ? Number(currentLsn - confirmedLsn) : 0;
    return {
      state: this.state,
      failure: this.failure,
      confirmedLsn,
      lagBytes,
      retainedBytes,
      bufferedBytes,
      publishedChanges,
      sinceCommitMs: lastCommitMicros === undefined ? undefined : Date.now() - Number(lastCommitMicros / 1000n),
      sinceProgressMs: performance.now() - progress.progressMs,
    };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let backoffMs = this.settings.retryMs;
    while (!signal.aborted) {
      const startedMs = performance.now();
      try {
        this.state = this.state === 'standby' ? 'standby' : 'connecting';
        await this.attempt(signal);
      } catch (error) {
        if (!this.survives(error)) return;
        // One that had streamed for a while begins anew at once.
        const wasLong = performance.now() - startedMs > this.settings.maxBackoffMs;
        backoffMs = wasLong || this.state === 'standby' ? this.settings.retryMs : Math.min(backoffMs * 2, 5000);
        await sleep(backoffMs, signal);
      }
    }
    this.state = 'stopped';
  }

  /** @returns whether it is worth another attempt */
  private survives(error: unknown): boolean {
    const { observer } = this.settings;
    if (error instanceof ReplicationError && error.code === 'REPLICATION_SLOT_IN_USE') {
      if (this.state !== 'standby') observer.standingBy?.(error.message);
      this.state = 'standby';
      this.progress.progressMs = performance.now();
      return true;
    }
    const fatal = fatalError(error);
    if (fatal) {
      this.state = 'failed';
      this.failure = fatal;
      observer.stopped?.(fatal);
      return false;
    }
    this.state = 'connecting';
    if (error instanceof ReplicationError && error.code === 'REPLICATION_FENCED') observer.fenced?.();
    else observer.disconnected?.(error);
    return true;
  }

  private async attempt(stopping: AbortSignal): Promise<void> {
    const { settings, progress } = this;
    const lost = new AbortController();
    await using stack = new AsyncDisposableStack();
    const control = await SlotControl.open(settings, () => lost.abort());
    stack.defer(() => control.close());
    assertFree(await control.slot(), settings.slot);
    if (this.state !== 'standby') this.state = 'preparing';
    await control.ensurePublication();
    await this.prepare(control, AbortSignal.any([stopping, lost.signal]));
    if (stopping.aborted) return;
    const slot = assertThere(await control.slot(), settings.slot);
    // The server never goes back, and is never told to.
    progress.confirmedLsn = slot.confirmedLsn;
    if (slot.confirmedLsn > progress.acknowledgedLsn) progress.acknowledgedLsn = slot.confirmedLsn;
    const connection = await ReplicationConnection.open(settings.connection, settings.leaseMs);
    stack.defer(() => connection.close());
    const stream = new ChangeStream({
      connection,
      control,
      sink: this.sink,
      progress,
      settings: this.whileStreaming(),
    });
    await stream.run(stopping);
  }

  private whileStreaming(): ReplicationSettings {
    const { observer } = this.settings;
    return {
      ...this.settings,
      observer: {
        ...observer,
        streaming: (lsn) => {
          this.state = 'streaming';
          this.progress.progressMs = performance.now();
          observer.streaming?.(lsn);
        },
      },
    };
  }

  private async prepare(control: SlotControl, ended: AbortSignal): Promise<void> {
    const { settings, sink, progress } = this;
    const preparation: SlotPreparation<Item> = {
      control,
      ended,
      createSlot: async (use) => {
        const connection = await ReplicationConnection.open(settings.connection, 0);
        // Making a slot waits for transactions that are open, for ever if need be.
        const close = (): void => void connection.close();
        ended.addEventListener('abort', close);
        // Nor is a reader that waits for them stuck.
        const waiting = setInterval(() => (progress.progressMs = performance.now()), settings.retryMs);
        try {
          const created = await connection.createSlot(settings.slot);
          // A place in the log of another server, before a failover, means nothing in this one's.
          progress.acknowledgedLsn = FIRST_LSN;
          await control.beginAt(created.snapshotName, ended);
          clearInterval(waiting);
          await use(created);
          await control.query('COMMIT');
        } finally {
          clearInterval(waiting);
          ended.removeEventListener('abort', close);
          await connection.close();
        }
      },
      publish: (items) => this.publishPrepared(items, ended),
    };
    await sink.prepare(preparation);
  }

  private async publishPrepared(items: readonly Item[], ended: AbortSignal): Promise<void> {
    const { settings, progress } = this;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, settings.maxBackoffMs)) {
      if (ended.aborted) throw new ReplicationError('REPLICATION_DISCONNECTED', 'the preparation was interrupted');
      try {
        await this.sink.publish(items);
        progress.publishedChanges += items.length;
        progress.progressMs = performance.now();
        return;
      } catch (error) {
        if (error instanceof ReplicationError) throw error;
        settings.observer.failed?.(error, backoffMs);
      }
      await sleep(backoffMs, ended);
    }
  }
}

/** @throws ReplicationError */
function assertFree(slot: SlotState | undefined, name: string): void {
  if (slot?.activeSenderId === undefined) return;
  throw new ReplicationError('REPLICATION_SLOT_IN_USE', `slot ${name} is read by process ${slot.activeSenderId}`);
}

/** What becomes of a slot that was lost since it was prepared, the next preparation says. @throws ReplicationError */
function assertThere(slot: SlotState | undefined, name: string): SlotState {
  if (slot && slot.walStatus !== 'lost') return slot;
  throw new ReplicationError('REPLICATION_DISCONNECTED', `slot ${name} was lost while it was prepared`);
}

/** What a person has to mend, or a defect; undefined when another attempt may do. */
function fatalError(error: unknown): ReplicationError | undefined {
  if (error instanceof ReplicationError) return error.retriable ? undefined : error;
  const isDefect = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if (!isDefect) return undefined;
  return new ReplicationError('REPLICATION_PROTOCOL', `reading the log failed: ${error.message}`, { cause: error });
}
