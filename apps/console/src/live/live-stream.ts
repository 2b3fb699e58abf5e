/**
 * One page that listens: server-sent events with back-pressure. While the socket does not drain, changes are not queued
 * but dropped, and the whole state is sent when it drains: a slow page costs the console one buffer, not its memory.
 */
import type { LiveChange, LiveSnapshot } from './live-state.ts';

/** The writable side of an HTTP answer, as `ServerResponse` has it. */
export interface EventSink {
  write(text: string): boolean;
  end(): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: () => void): unknown;
}

export class LiveStream {
  readonly #sink: EventSink;
  readonly #snapshot: () => LiveSnapshot;
  #isBlocked = false;
  #isBehind = false;
  #isClosed = false;

  constructor(sink: EventSink, snapshot: () => LiveSnapshot, onClose: () => void) {
    this.#sink = sink;
    this.#snapshot = snapshot;
    // A write to a connection that is just going away fails; its close follows and says all.
    sink.on('error', () => undefined);
    sink.once('close', () => {
      this.#isClosed = true;
      onClose();
    });
    // After a lost connection the browser waits this long before it comes back.
    this.#write('retry: 1000\n\n');
    this.#sendSnapshot();
  }

  send(change: LiveChange): void {
    if (this.#isBlocked) this.#isBehind = true;
    else this.#write(eventText('change', change));
  }

  /** Keeps proxies from closing a connection on which nothing changes. */
  beat(): void {
    if (!this.#isBlocked) this.#write(': beat\n\n');
  }

  end(): void {
    if (!this.#isClosed) this.#sink.end();
  }

  #sendSnapshot(): void {
    this.#isBehind = false;
    this.#write(eventText('snapshot', this.#snapshot()));
  }

  #write(text: string): void {
    if (this.#isClosed || this.#sink.write(text) || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#sink.once('drain', () => {
      this.#isBlocked = false;
      if (this.#isBehind) this.#sendSnapshot();
    });
  }
}

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
