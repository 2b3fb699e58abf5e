/**
 * Replays a trace: in order of time, paced by a speed factor or as fast as answers come.
 *
 * Invariants: the events of a chain are sent one after another, each acknowledged before the next, so that what the service
 * saw is the recorded order; a chain waits for the beginning of the one that it names; at most `concurrency` commands are
 * under way, the earliest of the trace first. Different chains run beside each other. What hangs on an event that was refused is not sent.
 */
import { LatencyHistogram } from './latency-histogram.ts';
import { type ReplayClock } from './replay-clock.ts';
import { type SendCommand } from './command-sender.ts';
import { type RefusedItem, type Trace, type TraceEvent } from './trace.ts';

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
  /** By kind. */
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly refusals: readonly Refusal[];
  readonly latency: LatencyHistogram;
}

/** Replays a whole trace; rejects only when `send` does. */
export async function replay(trace: Trace, options: ReplayOptions): Promise<ReplayResult> {
  return await new Replay(trace, options).run();
}

/** What hangs on an event that was refused has no answer of its own. */
const NOT_SENT: RefusedItem = { status: 0, reason: 'not sent, because what it belongs to was refused' };

class Replay {
  private readonly trace: Trace;
  private readonly options: ReplayOptions;
  private readonly acknowledged: Record<string, number> = {};
  private done = 0;
  private readonly total: number;
  private readonly refusals: Refusal[] = [];
  private readonly latency = new LatencyHistogram();
  /** The last event of each chain that was started: what its next one waits for. Resolves to whether that may be sent. */
  private readonly chains = new Map<string, Promise<boolean>>();
  /** Whether the beginning of each chain was acknowledged. */
  private readonly beginnings = new Map<string, Promise<boolean>>();
  private readonly slots: Slots;
  private failure: Error | undefined;

  constructor(trace: Trace, options: ReplayOptions) {
    this.trace = trace;
    this.options = options;
    this.slots = new Slots(options.concurrency);
    this.total = trace.events.reduce((sum, { count }) => sum + count, 0);
  }

  async run(): Promise<ReplayResult> {
    const { clock } = this.options;
    const startMs = clock.nowMs();
    for (const [rank, event] of this.trace.events.entries()) {
      await this.pace(event, startMs);
      if (this.failure) break;
      this.start(event, rank);
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

  private start(event: TraceEvent, rank: number): void {
    const previous = this.chains.get(event.chain) ?? Promise.resolve(true);
    const other = event.after === undefined ? Promise.resolve(true) : this.beginnings.get(event.after);
    const link = Promise.all([previous, other])
      .then(([mine, others]) => this.deliver(event, rank, mine && others !== false))
      .catch((error: unknown) => {
        this.failure ??= Error.isError(error) ? error : new Error(String(error));
        return false;
      });
    this.chains.set(event.chain, link);
    if (event.begins) this.beginnings.set(event.chain, link);
  }

  /** Returns whether what hangs on the event may be sent. */
  private async deliver(event: TraceEvent, rank: number, allowed: boolean): Promise<boolean> {
    if (this.failure) return false;
    if (!allowed) {
      this.refuse(event, [NOT_SENT], event.count);
      return false;
    }
    const result = await this.slots.use(rank, () => this.options.send(event));
    if (result.outcome === 'refused') {
      this.refuse(event, [result], event.count);
      return !event.begins;
    }
    const refused = result.refusedItems ?? [];
    this.latency.record(result.latencyMs);
    this.acknowledged[event.kind] = (this.acknowledged[event.kind] ?? 0) + event.count - refused.length;
    this.refuse(event, refused, refused.length);
    this.tell(event.count - refused.length);
    return true;
  }

  private refuse(event: TraceEvent, refused: readonly RefusedItem[], count: number): void {
    for (const { status, reason } of refused) this.refusals.push({ event, status, reason });
    if (count > 0) this.tell(count);
  }

  private tell(count: number): void {
    this.done += count;
    this.options.onProgress?.({ done: this.done, total: this.total });
  }
}

/**
 * Lets a bounded number of tasks run at once; of those that wait the one with the lowest rank is next, so that what was begun
 * goes on before more is begun.
 */
class Slots {
  private free: number;
  private readonly waiting: { readonly rank: number; readonly start: () => void }[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async use<T>(rank: number, task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((start) => this.wait(rank, start));
    try {
      return await task();
    } finally {
      const next = this.waiting.pop();
      if (next) next.start();
      else this.free += 1;
    }
  }

  /** Keeps the lowest rank at the end. */
  private wait(rank: number, start: () => void): void {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.waiting[middle]?.rank ?? 0) > rank) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, { rank, start });
  }
}
