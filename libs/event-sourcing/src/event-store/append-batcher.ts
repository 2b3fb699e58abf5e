/**
 * Group append: requests that wait in one process share one call and one transaction.
 *
 * While a call is under way, new requests wait; the next call takes all of them, up to a limit in number and bytes. So a
 * lone request is never delayed, and a busy process pays one commit for many. A call holds at most one request of each
 * stream. Each request has its own outcome; when a call fails and was certainly rolled back, its requests are tried one by
 * one, so that a request that PostgreSQL cannot take fails alone.
 */
import { isRolledBack } from '../database/index.ts';
import { EventStoreError } from './event-store-error.ts';

export interface AppendOutcome {
  readonly appended: boolean;
  readonly version: number;
  readonly transactionId: bigint;
  readonly position: bigint;
}

/** Runs requests (each as JSON text) in one transaction and answers their outcomes in the same order. */
export type RunAppends = (requests: readonly string[]) => Promise<readonly AppendOutcome[]>;

export interface BatchLimits {
  readonly maxBatchAppends: number;
  readonly maxBatchBytes: number;
  readonly maxWaitingAppends: number;
}

interface WaitingAppend {
  readonly streamId: string;
  readonly json: string;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendBatcher {
  private readonly run: RunAppends;
  private readonly limits: BatchLimits;
  private waiting: WaitingAppend[] = [];
  private busy = false;

  constructor(run: RunAppends, limits: BatchLimits) {
    this.run = run;
    this.limits = limits;
  }

  append(streamId: string, json: string): Promise<AppendOutcome> {
    if (this.waiting.length >= this.limits.maxWaitingAppends) {
      const message = `${this.waiting.length} appends wait already: PostgreSQL is slower than the requests come in`;
      return Promise.reject(new EventStoreError('APPEND_QUEUE_FULL', message));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ streamId, json, resolve, reject });
      if (!this.busy) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    // The other requests of this turn of the event loop come along.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      const error = await this.settle(batch);
      if (error === undefined) continue;
      if (batch.length === 1 || !isRolledBack(error)) {
        for (const append of batch) append.reject(error);
        continue;
      }
      for (const append of batch) {
        const ownError = await this.settle([append]);
        if (ownError !== undefined) append.reject(ownError);
      }
    }
    this.busy = false;
  }

  /** Resolves the appends of a call that came through; answers the error of one that did not. */
  private async settle(batch: readonly WaitingAppend[]): Promise<unknown> {
    try {
      const outcomes = await this.run(batch.map(({ json }) => json));
      batch.forEach((append, index) => append.resolve(outcomes[index]!));
      return undefined;
    } catch (error) {
      return error ?? new Error('an append failed without a reason');
    }
  }

  private takeBatch(): WaitingAppend[] {
    const batch: WaitingAppend[] = [];
    const left: WaitingAppend[] = [];
    const streams = new Set<string>();
    let bytes = 0;
    for (const append of this.waiting) {
      const fits =
        batch.length < this.limits.maxBatchAppends && bytes + append.json.length <= this.limits.maxBatchBytes;
      // A stream that was left behind stays behind: its requests keep their order.
      if ((fits || batch.length === 0) && !streams.has(append.streamId)) {
        batch.push(append);
        bytes += append.json.length;
      } else {
        left.push(append);
      }
      streams.add(append.streamId);
    }
    this.waiting = left;
    return batch;
  }
}
