/**
 * Replays a trace: in order of time, paced by a speed factor or as fast as answers come.
 *
 * Invariants: a post's events are sent one after another, each acknowledged before the next, so that what the service saw
 * is the recorded order; an answer waits for its question; at most `concurrency` commands are under way. Different posts
 * run beside each other. An event of a post that was refused is not sent.
 */
import { LatencyHistogram } from './latency-histogram.ts';
import { type ReplayClock } from './replay-clock.ts';
import { type SendCommand } from './command-sender.ts';
import { type Trace, type TraceEvent, type TraceKind } from './trace.ts';

export interface ReplayOptions {
  /** Recorded time over real time: 1000 plays a day in 86 s; `max` does not wait. */
  readonly speed: number | 'max';
  readonly concurrency: number;
  readonly clock: ReplayClock;
  readonly send: SendCommand;
  /** Called after each event that was acknowledged or refused. */
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly done: number;
  readonly total: number;
}

/** A command that the service refused, with where it came from. */
export interface Refusal {
  readonly event: TraceEvent;
  readonly status: number;
  readonly reason: string;
}

export interface ReplayResult {
  readonly durationMs: number;
  readonly acknowledged: Readonly<Record<TraceKind, number>>;
  readonly refusals: readonly Refusal[];
  readonly latency: LatencyHistogram;
}

/** Replays a whole trace; rejects only when `send` does. */
export async function replay(trace: Trace, options: ReplayOptions): Promise<ReplayResult> {
  return await new Replay(trace, options).run();
}

/** Status given to an event whose post or question was refused. */
const NOT_SENT = 0;

class Replay {
  private readonly trace: Trace;
  private readonly options: ReplayOptions;
  private readonly acknowledged: Record<TraceKind, number> = { post: 0, like: 0, comment: 0 };
  private readonly refusals: Refusal[] = [];
  private readonly latency = new LatencyHistogram();
  /** The last event of each post that was started: what its next one waits for. Resolves to whether the post exists. */
  private readonly chains = new Map<string, Promise<boolean>>();
  /** Whether each post was acknowledged. */
  private readonly posts = new Map<string, Promise<boolean>>();
  private readonly slots: Slots;
  private failure: Error | undefined;

  constructor(trace: Trace, options: ReplayOptions) {
    this.trace = trace;
    this.options = options;
    this.slots = new Slots(options.concurrency);
  }

  async run(): Promise<ReplayResult> {
    const { clock } = this.options;
    const startMs = clock.nowMs();
    for (const event of this.trace.events) {
      await this.pace(event, startMs);
      if (this.failure) break;
      this.start(event);
    }
    await Promise.all(this.chains.values());
    if (this.failure) throw this.failure;
    return {
      durationMs: clock.nowMs() - startMs,
      acknowledged: this.acknowledged,
      refusals: this.refusals,
      latency: this.latency,
    };
  }

  private async pace(event: TraceEvent, startMs: number): Promise<void> {
    const { speed, clock } = this.options;
    if (speed === 'max') return;
    const firstMs = this.trace.events[0]?.occurredAtMs ?? 0;
    const dueMs = startMs + (event.occurredAtMs - firstMs) / speed;
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
  }

  private start(event: TraceEvent): void {
    const previous = this.chains.get(event.postId) ?? Promise.resolve(true);
    const parent = event.afterPostId === undefined ? Promise.resolve(true) : this.posts.get(event.afterPostId);
    const link = Promise.all([previous, parent])
      .then(([post, question]) => this.deliver(event, post && question !== false))
      .catch((error: unknown) => {
        this.failure ??= Error.isError(error) ? error : new Error(String(error));
        return false;
      });
    this.chains.set(event.postId, link);
    if (event.kind === 'post') this.posts.set(event.postId, link);
  }

  /** Returns whether the post's later events may be sent. */
  private async deliver(event: TraceEvent, allowed: boolean): Promise<boolean> {
    if (this.failure) return false;
    if (!allowed) {
      this.refuse(event, NOT_SENT, 'not sent, because the post that it belongs to was refused');
      return false;
    }
    const result = await this.slots.use(() => this.options.send(event));
    if (result.outcome === 'acknowledged') {
      this.acknowledged[event.kind] += 1;
      this.latency.record(result.latencyMs);
      this.tell();
      return true;
    }
    this.refuse(event, result.status, result.reason);
    return event.kind !== 'post';
  }

  private refuse(event: TraceEvent, status: number, reason: string): void {
    this.refusals.push({ event, status, reason });
    this.tell();
  }

  private tell(): void {
    const { post, like, comment } = this.acknowledged;
    const done = post + like + comment + this.refusals.length;
    this.options.onProgress?.({ done, total: this.trace.events.length });
  }
}

/** Lets a bounded number of tasks run at once, first come first served. */
class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
