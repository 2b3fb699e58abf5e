/**
 * One reader's live stream of alerts, as server-sent events: `id` is the alert's number, so that `Last-Event-ID` goes on exactly behind
 * what was seen. Everything is read from the table by number, and the signal says only when to look: nothing is missed and nothing
 * comes twice, whatever happens to the connection. A reader that does not read is waited for, and costs one page of memory.
 *
 * Source: HTML Living Standard, 9.2 Server-sent events.
 */
import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { alertResponseOf } from './alert.responses.ts';
import { type AlertPages } from './alert-pages.ts';
import { type AlertSignal } from './alert-signal.ts';

/** So often the connection is shown to be alive, and the table looked at unasked. */
const heartbeatMs = 15_000;
const pageSize = 100;
/** How long a client waits before it connects again. */
const reconnectMs = 1_000;

export interface AlertStreamParts {
  readonly userId: string;
  /** The number that the reader has seen. */
  readonly after: number;
  readonly pages: AlertPages;
  readonly signal: AlertSignal;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
}

/** Writes until the reader goes or the service stops. */
export async function streamAlerts(response: ServerResponse, parts: AlertStreamParts): Promise<void> {
  const { userId, pages, signal, stopping } = parts;
  const gone = new AbortController();
  const end = (): void => gone.abort();
  response.once('close', end);
  stopping.addEventListener('abort', end, { once: true });
  const bell = new Bell(gone.signal);
  const stopListening = signal.listen(userId, () => bell.ring());
  let seen = parts.after;
  try {
    await write(response, `retry: ${reconnectMs}\n\n`, gone.signal);
    while (!gone.signal.aborted) {
      const alerts = await pages.after(userId, seen, pageSize);
      const events = alerts.map((alert) => {
        seen = alert.number;
        return `id: ${alert.number}\nevent: alert\ndata: ${JSON.stringify(alertResponseOf(alert))}\n\n`;
      });
      if (events.length > 0) await write(response, events.join(''), gone.signal);
      if (events.length < pageSize && !(await bell.wait(heartbeatMs))) await write(response, ':\n\n', gone.signal);
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    stopListening();
    stopping.removeEventListener('abort', end);
    response.end();
  }
}

async function write(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  if (!gone.aborted && !response.write(text)) await once(response, 'drain', { signal: gone });
}

/** Remembers a ring that nobody waited for. */
class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  constructor(private readonly gone: AbortSignal) {
    gone.addEventListener('abort', () => this.ring(), { once: true });
  }

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** @returns false when `ms` went by without a ring */
  async wait(ms: number): Promise<boolean> {
    if (!this.rung && !this.gone.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const { rung } = this;
    this.rung = false;
    return rung;
  }
}
