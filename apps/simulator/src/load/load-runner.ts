/**
 * Sends a load at a rate, whether answers come in time or not (an open loop): a request that waits for its turn because the
 * service is slow is late from the moment at which it was due, and its latency counts from then on.
 */
import { LatencyHistogram } from '../replay/latency-histogram.ts';
import { type ReplayClock } from '../replay/replay-clock.ts';
import { type SendCommand } from '../replay/command-sender.ts';
import { type Refusal, type ReplayProgress } from '../replay/replayer.ts';
import { type TraceEvent } from '../replay/trace.ts';

export interface LoadRunOptions {
  /** Things a second. */
  readonly rate: number;
  readonly durationMs: number;
  readonly concurrency: number;
  readonly clock: ReplayClock;
  /** The next request; its time is that of the wall clock. */
  readonly next: (nowMs: number) => TraceEvent;
  readonly wallClock: () => number;
  readonly send: SendCommand;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface LoadResult {
  /** From the first request to the last answer. */
  readonly durationMs: number;
  readonly acknowledged: number;
  readonly refusals: readonly Refusal[];
  readonly latency: LatencyHistogram;
}

/** Runs a load to its end; rejects only when `send` does. */
export async function runLoad(options: LoadRunOptions): Promise<LoadResult> {
  const { clock, rate, durationMs } = options;
  const startMs = clock.nowMs();
  const latency = new LatencyHistogram();
  const refusals: Refusal[] = [];
  const underWay = new Set<Promise<void>>();
  const total = Math.ceil((rate * durationMs) / 1000);
  let acknowledged = 0;
  let failure: Error | undefined;

  const deliver = async (event: TraceEvent, dueMs: number): Promise<void> => {
    const result = await options.send(event);
    latency.record(clock.nowMs() - dueMs);
    const refused = result.outcome === 'refused' ? [result] : (result.refusedItems ?? []);
    for (const { status, reason } of refused) refusals.push({ event, status, reason });
    acknowledged += result.outcome === 'refused' ? 0 : event.count - refused.length;
    options.onProgress?.({ done: acknowledged, total });
  };

  for (let sent = 0; sent < total && failure === undefined;) {
    const dueMs = startMs + (sent / rate) * 1000;
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    if (underWay.size >= options.concurrency) await Promise.race(underWay);
    // What could not be sent in time is not made up for: the rate was not reached.
    if (clock.nowMs() - startMs >= durationMs) break;
    const event = options.next(options.wallClock());
    sent += event.count;
    const delivery = deliver(event, dueMs)
      .catch((error: unknown) => {
        failure ??= Error.isError(error) ? error : new Error(String(error));
      })
      .finally(() => underWay.delete(delivery));
    underWay.add(delivery);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
  return { durationMs: clock.nowMs() - startMs, acknowledged, refusals, latency };
}
