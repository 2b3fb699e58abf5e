/**
 * Sends a load at the rate of its profile, whether answers come in time or not (an open loop): a request that waits for its turn because the
 * service is slow is late from the moment at which it was due, and its latency counts from then on.
 */
import { LatencyHistogram } from '../replay/latency-histogram.ts';
import { type SendCommand } from '../replay/command-sender.ts';
import { type ReplayClock } from '../replay/replay-clock.ts';
import { type Refusal, type ReplayProgress } from '../replay/replayer.ts';
import { type TraceEvent } from '../replay/trace.ts';
import { type Faults, type FaultyRequest } from './faults.ts';
import { PROFILES, thingsOf, type ProfileName } from './profiles.ts';

export interface LoadRunOptions {
  /** Things a second, where the profile is at its highest. */
  readonly rate: number;
  readonly profile: ProfileName;
  readonly durationMs: number;
  readonly concurrency: number;
  readonly clock: ReplayClock;
  /** The next request; its time is that of the wall clock. */
  readonly next: (nowMs: number) => TraceEvent;
  readonly wallClock: () => number;
  readonly send: SendCommand;
  readonly faults: Faults;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface LoadResult {
  /** From the first request to the last answer. */
  readonly durationMs: number;
  /** Things that the profile asked for. */
  readonly asked: number;
  readonly acknowledged: number;
  readonly refusals: readonly Refusal[];
  readonly latency: LatencyHistogram;
}

/** Runs a load to its end; rejects only when sending does. */
export async function runLoad(options: LoadRunOptions): Promise<LoadResult> {
  const { clock, rate, durationMs, profile, faults } = options;
  const startMs = clock.nowMs();
  const latency = new LatencyHistogram();
  const refusals: Refusal[] = [];
  const underWay = new Set<Promise<void>>();
  const total = thingsOf(profile, rate, durationMs);
  let acknowledged = 0;
  let failure: Error | undefined;

  const deliver = async (request: FaultyRequest, dueMs: number): Promise<void> => {
    const { event } = request;
    const result = await options.send(event);
    latency.record(clock.nowMs() - dueMs);
    const refused = result.outcome === 'refused' ? [result] : (result.refusedItems ?? []);
    for (const { status, reason } of refused) refusals.push({ event, status, reason });
    acknowledged += result.outcome === 'refused' ? 0 : event.count - refused.length;
    options.onProgress?.({ done: acknowledged, total });
    await faults.follow(request, result, options.send);
  };

  let sent = 0;
  for (let dueMs = startMs; sent < total && failure === undefined;) {
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    if (underWay.size >= options.concurrency) await Promise.race(underWay);
    // What could not be sent in time is not made up for: the rate was not reached.
    if (clock.nowMs() - startMs >= durationMs) break;
    const request = faults.request(options.wallClock(), options.next);
    const { count } = request.event;
    const delivery = deliver(request, dueMs)
      .catch((error: unknown) => {
        failure ??= Error.isError(error) ? error : new Error(String(error));
      })
      .finally(() => underWay.delete(delivery));
    underWay.add(delivery);
    sent += count;
    dueMs += (1000 * count) / (rate * PROFILES[profile].rateAt(Math.min((dueMs - startMs) / durationMs, 1)));
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
  return { durationMs: clock.nowMs() - startMs, asked: total, acknowledged, refusals, latency };
}
