import { describe, expect, it } from '@jest/globals';
import type { LiveChange, LiveSnapshot } from './live-state.ts';
import { LiveStream, type EventSink } from './live-stream.ts';
import { caseFlows } from './case-flows.ts';

/** A socket whose buffer a test fills and drains. */
class Socket implements EventSink {
  readonly written: string[] = [];
  isFull = false;
  readonly #listeners = new Map<'drain' | 'close', (() => void)[]>();

  write(text: string): boolean {
    this.written.push(text);
    return !this.isFull;
  }

  end(): void {
    this.emit('close');
  }

  once(event: 'drain' | 'close', listener: () => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  on(): void {
    // This socket never fails.
  }

  emit(event: 'drain' | 'close'): void {
    const listeners = this.#listeners.get(event) ?? [];
    this.#listeners.delete(event);
    for (const listener of listeners) listener();
  }

  /** The names of the events that were written since the last call. */
  takeEvents(): string[] {
    const events = this.written.splice(0).flatMap((text) => /^event: (\w+)/.exec(text)?.[1] ?? []);
    return events;
  }
}

const snapshot = (): LiveSnapshot => ({
  state: { parts: [], cluster: null, topics: [], groups: [], feed: [], flows: caseFlows, lesson: null },
  history: { atMs: [], topicRates: {}, groupLags: {} },
});
const change: LiveChange = { cluster: null };

describe('a page that listens', () => {
  it('is sent the whole state, then what changes', () => {
    const socket = new Socket();
    const stream = new LiveStream(socket, snapshot, () => undefined);
    stream.send(change);
    expect(socket.takeEvents()).toEqual(['snapshot', 'change']);
    expect(JSON.parse(eventData(socket, stream))).toEqual(change);
  });

  it('is sent the whole state again, instead of what it was too slow for', () => {
    const socket = new Socket();
    const stream = new LiveStream(socket, snapshot, () => undefined);
    socket.isFull = true;
    stream.send(change);
    socket.takeEvents();
    for (let times = 0; times < 1000; times++) stream.send(change);
    stream.beat();
    expect(socket.written).toEqual([]);
    socket.isFull = false;
    socket.emit('drain');
    expect(socket.takeEvents()).toEqual(['snapshot']);
    stream.send(change);
    expect(socket.takeEvents()).toEqual(['change']);
  });

  it('is not sent the state again when it missed nothing', () => {
    const socket = new Socket();
    socket.isFull = true;
    new LiveStream(socket, snapshot, () => undefined);
    socket.takeEvents();
    socket.isFull = false;
    socket.emit('drain');
    expect(socket.takeEvents()).toEqual([]);
  });

  it('is forgotten when it goes, and sent nothing more', () => {
    const socket = new Socket();
    let closed = 0;
    const stream = new LiveStream(socket, snapshot, () => {
      closed += 1;
    });
    socket.emit('close');
    socket.takeEvents();
    stream.send(change);
    stream.end();
    expect([closed, socket.written]).toEqual([1, []]);
  });
});

function eventData(socket: Socket, stream: LiveStream): string {
  stream.send(change);
  return /data: (.*)\n\n$/.exec(socket.written.at(-1) ?? '')?.[1] ?? '';
}
