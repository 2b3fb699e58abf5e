/**
 * One reader's live stream of totals, as server-sent events: `totals` with a post's newest totals, `gone` when it was deleted. Between two
 * looks a post may change a thousand times and is told once: totals are a state, not a history. `id` is the post and its revision, so
 * that `Last-Event-ID` leaves out what was seen of that post; of others their state is told again, which does no harm.
 *
 * A reader that does not read is waited for: it holds one message of at most `mostPosts` totals.
 *
 * Source: HTML Living Standard, 9.2 Server-sent events.
 */
import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import type { RevisedTotals } from './post-totals.ts';
import type { TotalsWatch } from './totals-watch.ts';

/** Changes within this time are told together. */
const coalesceMs = 100;
/** How soon changes that other instances make are seen. */
const pollMs = 1_000;
/** So often the connection is shown to be alive. */
const heartbeatMs = 15_000;
/** How long a client waits before it connects again. */
const reconnectMs = 1_000;

export interface TotalsStreamParts {
  readonly postIds: readonly string[];
  /** The id of the last event that the reader has seen. */
  readonly lastEventId: string | undefined;
  readonly watch: TotalsWatch;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
}

/** Writes until the reader goes or the service stops. */
export async function streamTotals(response: ServerResponse, parts: TotalsStreamParts): Promise<void> {
  const { postIds, lastEventId, watch, stopping } = parts;
  const gone = new AbortController();
  const end = (): void => gone.abort();
  response.once('close', end);
  stopping.addEventListener('abort', end, { once: true });
  const seen = new SeenTotals(lastEventId);
  const alarm = new Alarm(gone.signal);
  const stopWatching = watch.watch(postIds, () => alarm.ring());
  let saidMs = performance.now();
  try {
    await write(response, `retry: ${reconnectMs}\n\n`, gone.signal);
    while (!gone.signal.aborted) {
      const events = seen.eventsOf(postIds, await watch.totals(postIds));
      const isSilent = performance.now() - saidMs >= heartbeatMs;
      if (events !== '' || isSilent) {
        await write(response, events === '' ? ':\n\n' : events, gone.signal);
        saidMs = performance.now();
      }
      await alarm.pause(coalesceMs);
      await alarm.wait(pollMs);
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    stopWatching();
    stopping.removeEventListener('abort', end);
    response.end();
  }
}

/** What the reader has seen of each post. */
class SeenTotals {
  private readonly revisions = new Map<string, number>();

  constructor(lastEventId: string | undefined) {
    const [, postId, revision] = /^([^@]+)@(\d+)$/.exec(lastEventId ?? '') ?? [];
    if (postId !== undefined) this.revisions.set(postId, Number(revision));
  }

  eventsOf(postIds: readonly string[], totals: readonly RevisedTotals[]): string {
    const events: string[] = [];
    const there = new Set<string>();
    for (const { revision, ...total } of totals) {
      there.add(total.postId);
      // A model that was built anew may count its revisions anew.
      if (this.revisions.get(total.postId) === revision) continue;
      this.revisions.set(total.postId, revision);
      events.push(`id: ${total.postId}@${revision}\nevent: totals\ndata: ${JSON.stringify(total)}\n\n`);
    }
    for (const postId of postIds)
      if (!there.has(postId) && this.revisions.delete(postId))
        events.push(`event: gone\ndata: ${JSON.stringify({ postId })}\n\n`);
    return events.join('');
  }
}

async function write(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  if (!gone.aborted && !response.write(text)) await once(response, 'drain', { signal: gone });
}

/** Remembers a ring that nobody waited for. */
class Alarm {
  private rung = false;
  private wake: (() => void) | undefined;

  constructor(private readonly gone: AbortSignal) {
    gone.addEventListener('abort', () => this.wake?.(), { once: true });
  }

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Waits for a ring, for `ms` at most. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) await this.sleep(ms, (wake) => (this.wake = wake));
    this.rung = false;
    this.wake = undefined;
  }

  /** Waits, whatever rings. */
  async pause(ms: number): Promise<void> {
    await this.sleep(ms, (wake) => this.gone.addEventListener('abort', wake, { once: true }));
  }

  private async sleep(ms: number, offer: (wake: () => void) => void): Promise<void> {
    if (this.gone.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      offer(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
