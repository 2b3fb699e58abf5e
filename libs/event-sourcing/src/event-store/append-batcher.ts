/**
 * Group append: requests that wait in one process share a call and its transaction.
 *
 * While calls are under way, new requests wait; the next call takes all of them, up to a limit in number and bytes. So a
 * lone request is never delayed, and a busy process pays one commit for many. Two calls may be under way at a time, so that
 * one works while the other waits for the disk: what waits is shared between them where it is worth a call of its own.
 *
 * A stream has at most one request in a call, and one call at a time: its requests keep their order. Each request has its
 * own outcome; when a call fails and was certainly rolled back, its requests are tried one by one, so that a request that
 * PostgreSQL cannot take fails alone.
 */
import { isRolledBack } from '../database/index.ts';
import { EventStoreError } from './event-store-error.ts';

export interface AppendOutcome {
  readonly appended: boolean;
  readonly version: number;
  readonly transactionId: bigint;
  readonly position: bigint;
}

/** What the batcher must know of a request. */
export interface BatchedAppend {
  readonly streamId: string;
  readonly bytes: number;
}

/** Runs requests in one transaction and answers their outcomes in the same order. */
export type RunAppends<Request> = (requests: readonly Request[]) => Promise<readonly AppendOutcome[]>;

export interface BatchLimits {
  readonly maxBatchAppends: number;
  readonly maxBatchBytes: number;
  readonly maxWaitingAppends: number;
}

/** Calls under way at a time, each on a connection of the pool. */
const callsAtOnce = 2;

/** Less than this is not shared between calls: a second commit would cost more than it brings. */
const worthSharingBytes = 16_384;

interface WaitingAppend<Request> {
  readonly request: Request;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendBatcher<Request extends BatchedAppend> {
  private readonly run: RunAppends<Request>;
  private readonly limits: BatchLimits;
  private waiting: WaitingAppend<Request>[] = [];
  /** Streams of the calls under way. */
  private readonly busyStreams = new Set<string>();
  private calls = 0;
  private scheduled = false;

  constructor(run: RunAppends<Request>, limits: BatchLimits) {
    this.run = run;
    this.limits = limits;
  }

  append(request: Request): Promise<AppendOutcome> {
    if (this.waiting.length >= this.limits.maxWaitingAppends) {
      const message = `${this.waiting.length} appends wait already: PostgreSQL is slower than the requests come in`;
      return Promise.reject(new EventStoreError('APPEND_QUEUE_FULL', message));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.schedule();
    });
  }

  /** The other requests of this turn of the event loop come along. */
  private schedule(): void {
    if (this.scheduled || this.calls === callsAtOnce) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.begin();
    });
  }

  private begin(): void {
    while (this.calls < callsAtOnce && this.waiting.length > 0) {
      const batch = this.takeBatch(callsAtOnce - this.calls);
      if (batch.length === 0) return;
      this.calls += 1;
      for (const { request } of batch) this.busyStreams.add(request.streamId);
      void this.call(batch);
    }
  }

  private async call(batch: readonly WaitingAppend<Request>[]): Promise<void> {
    const error = await this.settle(batch);
    if (error !== undefined) await this.settleEach(batch, error);
    for (const { request } of batch) this.busyStreams.delete(request.streamId);
    this.calls -= 1;
    this.schedule();
  }

  private async settleEach(batch: readonly WaitingAppend<Request>[], error: unknown): Promise<void> {
    if (batch.length === 1 || !isRolledBack(error)) {
      for (const append of batch) append.reject(error);
      return;
    }
    for (const append of batch) {
      const ownError = await this.settle([append]);
      if (ownError !== undefined) append.reject(ownError);
    }
  }

  /** Resolves the appends of a call that came through; answers the error of one that did not. */
  private async settle(batch: readonly WaitingAppend<Request>[]): Promise<unknown> {
    try {
      const outcomes = await this.run(batch.map(({ request }) => request));
      batch.forEach((append, index) => append.resolve(outcomes[index]!));
      return undefined;
    } catch (error) {
      return error ?? new Error('an append failed without a reason');
    }
  }

  /** What waits, or its share when there is much and several calls may begin. */
  private takeBatch(shares: number): WaitingAppend<Request>[] {
    const batch: WaitingAppend<Request>[] = [];
    const left: WaitingAppend<Request>[] = [];
    const streams = new Set(this.busyStreams);
    const maxBytes = Math.min(this.limits.maxBatchBytes, this.shareBytes(shares));
    let bytes = 0;
    for (const append of this.waiting) {
      const { streamId, bytes: ownBytes } = append.request;
      const fits = batch.length < this.limits.maxBatchAppends && bytes + ownBytes <= maxBytes;
      // A stream that was left behind stays behind: its requests keep their order.
      if ((fits || batch.length === 0) && !streams.has(streamId)) {
        batch.push(append);
        bytes += ownBytes;
      } else {
        left.push(append);
      }
      streams.add(streamId);
    }
    this.waiting = left;
    return batch;
  }

  private shareBytes(shares: number): number {
    if (shares === 1) return Number.POSITIVE_INFINITY;
    const bytes = this.waiting.reduce((sum, { request }) => sum + request.bytes, 0);
    return bytes < worthSharingBytes ? bytes : Math.ceil(bytes / shares);
  }
}
