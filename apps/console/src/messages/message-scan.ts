/**
 * Reads a topic and tells which records are meant: from an offset or a time on, the newest ones, or what comes from now on.
 *
 * Memory is bounded: partitions are read ahead by a share of 16 MiB, what was found is handed over before more is read, and of the
 * newest only as many are kept as were asked for. Whoever takes the events decides the pace, and ends the scan by leaving the loop.
 * Between two chunks other requests have their turn.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { FetchedChunk, KafkaClient, LogReader } from '@headwater/messaging';
import type { FilterPredicate } from './filter-expression.ts';
import { recordAt, subjectOf, viewOf, type ReadRecord } from './record-reading.ts';
import type { RecordView, ScanEnd, ScanProgress } from './record-view.ts';
import type { ValueDecoder } from './value-decoder.ts';

const BUFFERED_BYTES = 16 * 1024 ** 2;
const LEAST_BUFFERED_BYTES = 128 * 1024;
const PROGRESS_MS = 250;
/** While the end is followed, at most so many are shown in each interval: more than anybody reads, and no page chokes on it. */
const TAIL_MS = 100;
const MOST_IN_TAIL = 40;

/** Where a partition is read. */
export interface ScanSpan {
  readonly partition: number;
  readonly from: number;
  /** Null follows the end. */
  readonly until: number | null;
}

export interface ScanWish {
  readonly topic: string;
  readonly spans: readonly ScanSpan[];
  readonly limit: number;
  /** Only the last `limit` matches, instead of the first. */
  readonly newest: boolean;
  readonly isolation: 'read-committed' | 'read-uncommitted';
  /** Looks at the record without decoding it. */
  readonly isMeant: (record: ReadRecord) => boolean;
  readonly filter: FilterPredicate | null;
  readonly longestMs: number;
}

export type ScanEvent =
  | { readonly kind: 'records'; readonly records: readonly RecordView[] }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | { readonly kind: 'end'; readonly end: ScanEnd };

export class MessageScan {
  private readonly next = new Map<number, number>();
  private readonly open = new Set<number>();
  private scanned = 0;
  private matched = 0;
  private skipped = 0;
  private arrival = Promise.withResolvers<undefined>();

  constructor(
    private readonly client: KafkaClient,
    private readonly decoder: ValueDecoder,
    private readonly wish: ScanWish,
  ) {}

  async *events(signal: AbortSignal): AsyncGenerator<ScanEvent> {
    const wake = (): void => this.arrival.resolve(undefined);
    signal.addEventListener('abort', wake, { once: true });
    const timer = setInterval(wake, PROGRESS_MS);
    const reader = this.openReader(wake);
    try {
      yield { kind: 'progress', progress: this.progress };
      yield* this.isTail ? this.follow(reader, signal) : this.read(reader, signal);
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', wake);
      await reader.close();
    }
  }

  private get isTail(): boolean {
    return this.wish.spans.some(({ until }) => until === null);
  }

  private openReader(wake: () => void): LogReader {
    const { topic, spans, isolation } = this.wish;
    const bytes = Math.max(LEAST_BUFFERED_BYTES, Math.floor(BUFFERED_BYTES / Math.max(spans.length, 1)));
    const reader = this.client.openLogReader(
      { isolation, maxWaitMs: 250, maxBytesPerPartition: bytes / 2, maxBufferedBytesPerPartition: bytes },
      {
        onArrival: wake,
        // Retention was faster: nothing more of this partition is there to read.
        onOffsetOutOfRange: (_topic, partition) => {
          this.open.delete(partition);
          wake();
        },
      },
    );
    for (const { partition, from, until } of spans) {
      this.next.set(partition, from);
      if (until !== null && from >= until) continue;
      this.open.add(partition);
      reader.assign(topic, partition, from);
    }
    return reader;
  }

  /** From where it begins to where the partitions ended then. */
  private async *read(reader: LogReader, signal: AbortSignal): AsyncGenerator<ScanEvent> {
    const { limit, newest, longestMs } = this.wish;
    const endsMs = Date.now() + longestMs;
    const kept: ReadRecord[] = [];
    let told = Date.now();
    for await (const chunk of this.chunks(reader, signal)) {
      const found = chunk === null ? [] : await this.matchesIn(chunk, newest ? Infinity : limit - this.matched);
      if (newest) keepNewest(kept, found, limit);
      else if (found.length > 0) yield { kind: 'records', records: await this.views(found) };
      if (!newest && this.matched >= limit) {
        yield this.end('limit');
        return;
      }
      if (Date.now() > endsMs) {
        yield* this.finish(kept, 'time');
        return;
      }
      if (Date.now() - told < PROGRESS_MS) continue;
      told = Date.now();
      yield { kind: 'progress', progress: this.progress };
    }
    if (!signal.aborted) yield* this.finish(kept, 'end');
  }

  private async *finish(kept: readonly ReadRecord[], reason: ScanEnd['reason']): AsyncGenerator<ScanEvent> {
    if (kept.length > 0) yield { kind: 'records', records: await this.views(kept) };
    yield this.end(reason);
  }

  /** What comes from now on, in portions. */
  private async *follow(reader: LogReader, signal: AbortSignal): AsyncGenerator<ScanEvent> {
    let kept: ReadRecord[] = [];
    let told = 0;
    for await (const chunk of this.chunks(reader, signal)) {
      if (chunk !== null) {
        kept.push(...(await this.matchesIn(chunk, Infinity)));
        this.skipped += Math.max(kept.length - MOST_IN_TAIL, 0);
        kept = kept.slice(-MOST_IN_TAIL);
      }
      const waitMs = told + TAIL_MS - Date.now();
      if (waitMs > 0 && kept.length > 0) setTimeout(() => this.arrival.resolve(undefined), waitMs);
      if (waitMs > 0) continue;
      told = Date.now();
      if (kept.length > 0) yield { kind: 'records', records: await this.views(kept) };
      kept = [];
      yield { kind: 'progress', progress: this.progress };
    }
  }

  /** Chunks as they arrive; null when there was none for a while. Ends when every partition was read to its end. */
  private async *chunks(reader: LogReader, signal: AbortSignal): AsyncGenerator<FetchedChunk | null> {
    while (this.open.size > 0 && !signal.aborted) {
      this.arrival = Promise.withResolvers();
      let isEmpty = true;
      for (const { partition, until } of this.wish.spans) {
        if (!this.open.has(partition) || isOver(signal)) continue;
        const chunk = reader.take(this.wish.topic, partition);
        if (chunk === undefined) continue;
        isEmpty = false;
        yield chunk;
        if (until !== null && (this.next.get(partition) ?? 0) >= until) {
          this.open.delete(partition);
          reader.unassign(this.wish.topic, partition);
        }
      }
      if (isEmpty && this.open.size > 0) {
        await this.arrival.promise;
        yield null;
      } else await othersTurn();
    }
  }

  /** Up to `most` matches of a chunk; the partition goes on after the last record that was looked at. */
  private async matchesIn(chunk: FetchedChunk, most: number): Promise<ReadRecord[]> {
    const { spans, isMeant, filter } = this.wish;
    const { partition } = chunk;
    const until = spans.find((span) => span.partition === partition)?.until ?? Number.POSITIVE_INFINITY;
    const found: ReadRecord[] = [];
    const cursor = chunk.records();
    while (found.length < most && cursor.next() && cursor.offset < until) {
      this.scanned += 1;
      const record = recordAt(cursor, partition);
      this.next.set(partition, record.offset + 1);
      if (!isMeant(record)) continue;
      if (filter !== null && !filter(await subjectOf(this.decoder, record))) continue;
      found.push(record);
    }
    if (found.length < most) this.next.set(partition, chunk.nextOffset);
    this.matched += found.length;
    return found;
  }

  private views(records: readonly ReadRecord[]): Promise<RecordView[]> {
    return Promise.all(records.map((record) => viewOf(this.decoder, record)));
  }

  private get progress(): ScanProgress {
    const { spans } = this.wish;
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const total = this.isTail ? null : sum(spans.map(({ from, until }) => Math.max((until ?? from) - from, 0)));
    const passed = sum(
      spans.map(({ partition, from, until }) => Math.min(this.next.get(partition) ?? from, until ?? Infinity) - from),
    );
    const matched = this.wish.newest ? Math.min(this.matched, this.wish.limit) : this.matched;
    return { scanned: this.scanned, matched, total, passed: Math.max(passed, 0), skipped: this.skipped };
  }

  private end(reason: ScanEnd['reason']): ScanEvent {
    const isMore = reason !== 'end' && !this.wish.newest;
    const next = isMore ? [...this.next].map(([partition, offset]) => `${partition}:${offset}`).join(',') : null;
    return { kind: 'end', end: { ...this.progress, reason, next } };
  }
}

function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The newest by time, oldest first. */
function keepNewest(kept: ReadRecord[], found: readonly ReadRecord[], limit: number): void {
  if (found.length === 0) return;
  kept.push(...found);
  kept.sort((left, right) => left.timestampMs - right.timestampMs || left.offset - right.offset);
  if (kept.length > limit) kept.splice(0, kept.length - limit);
}
