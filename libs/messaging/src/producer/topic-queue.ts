/**
 * The records of one topic on their way to the broker.
 *
 * Records are written in the order in which they were given. One request is under way at a time; what arrives meanwhile, or within
 * `lingerMs` of the first that waits, shares the next.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { QueuedRecord } from '../delivery/index.ts';

export interface TopicQueueOptions {
  readonly lingerMs: number;
  /** A request's records together: below what a broker takes for one partition, as all may be for one. */
  readonly maxRequestBytes: number;
}

export class TopicQueue {
  private waiting: QueuedRecord[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private flushNow = false;
  private wakeLinger: (() => void) | undefined;

  constructor(
    private readonly options: TopicQueueOptions,
    /** Writes the records, whatever it takes, and settles each; never rejects. */
    private readonly deliver: (records: readonly QueuedRecord[]) => Promise<void>,
  ) {}

  add(record: QueuedRecord): void {
    this.waiting.push(record);
    this.waitingBytes += record.bytes;
    if (this.waitingBytes >= this.options.maxRequestBytes) this.wakeLinger?.();
    this.running ??= this.run();
  }

  /** Resolves when all that was given is settled. */
  async drain(): Promise<void> {
    this.flushNow = true;
    this.wakeLinger?.();
    await this.running;
    this.flushNow = false;
  }

  private async run(): Promise<void> {
    // The first record's caller and its neighbors of the same turn share a request even without a linger.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      if (this.waitingBytes < this.options.maxRequestBytes && !this.flushNow) await this.linger();
      await this.deliver(this.takeRequest());
    }
    this.running = undefined;
  }

  private async linger(): Promise<void> {
    if (this.options.lingerMs === 0) return;
    const woken = new AbortController();
    this.wakeLinger = () => woken.abort();
    await delay(this.options.lingerMs, undefined, { signal: woken.signal }).catch(() => undefined);
    this.wakeLinger = undefined;
  }

  private takeRequest(): QueuedRecord[] {
    let bytes = 0;
    let count = 0;
    while (count < this.waiting.length) {
      const next = this.waiting[count]!.bytes;
      if (count > 0 && bytes + next > this.options.maxRequestBytes) break;
      bytes += next;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }
}
