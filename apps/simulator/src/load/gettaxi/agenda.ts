import { type TraceEvent } from '../../replay/trace.ts';

interface Entry {
  readonly dueMs: number;
  readonly make: (nowMs: number) => TraceEvent;
}

/** Requests that are to be made at a time. */
export class Agenda {
  private readonly entries: Entry[] = [];

  add(dueMs: number, make: (nowMs: number) => TraceEvent): void {
    const after = this.entries.findIndex((entry) => entry.dueMs > dueMs);
    this.entries.splice(after === -1 ? this.entries.length : after, 0, { dueMs, make });
  }

  /** The next one whose time has come. */
  next(nowMs: number): TraceEvent | undefined {
    const [first] = this.entries;
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.entries.shift();
    return first.make(nowMs);
  }
}
