/**
 * Serves a log's reads: from memory near the end, else from the segments' files.
 *
 * Batches are held in memory only while somebody reads at the end of the log: without readers they would only cost time (small ones
 * are copied) and memory. Nor are they held for a reader that is further behind than the cache is large: it reads files anyway.
 * Positions at which reads of files ended are remembered, so that a consumer that reads on needs no index.
 */
import { findAborted } from './aborted-transactions.ts';
import { addAdjacent } from './batch-placement.ts';
import { retain } from './lent-memory.ts';
import type { LogContext } from './log-context.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogRead } from './partition-log.ts';
import type { SegmentList } from './segment-list.ts';
import { findPosition, readSegment, type SegmentRead, type SegmentReadRequest } from './segment-reader.ts';
import { LogTail, type TailBatch } from './tail-cache.ts';
import type { ReadableSegment } from './timestamp-lookup.ts';

/** Where a log's durable part ends. */
export interface DurableEnd extends ReadableSegment {
  readonly highWatermark: number;
}

export interface ReadRequest {
  /** Below the high watermark, or at it. */
  readonly offset: number;
  readonly maxBytes: number;
  readonly minOneMessage: boolean;
  /** The aborted transactions among the records are wanted too. */
  readonly committedOnly: boolean;
}

/** Read positions remembered for each log. */
const rememberedPositions = 64;
/** A log whose newest batches were read so recently keeps them in memory. */
const tailReaderMs = 10_000;

export class LogReader {
  readonly #context: LogContext;
  readonly #segments: SegmentList;
  readonly #durable: () => DurableEnd;
  readonly #tail: LogTail;
  readonly #positions = new Map<number, { readonly segment: LogSegment; readonly position: number }>();
  #earlierEnd: DurableEnd | undefined;
  /** When a reader last was at the end, or among the newest batches, and what was appended since. */
  #tailReadMs = Number.NEGATIVE_INFINITY;
  #unreadBytes = 0;

  /** `durable` gives the end of the durable part now. */
  constructor(context: LogContext, segments: SegmentList, durable: () => DurableEnd) {
    this.#context = context;
    this.#segments = segments;
    this.#durable = durable;
    this.#tail = new LogTail(context.tailCache);
  }

  /** Takes the batch that was appended last. */
  appended(batch: TailBatch, isAwaited: boolean): void {
    this.#unreadBytes += batch.sizeBytes;
    if (isAwaited || this.#isFollowed()) this.#tail.push(batch);
    else this.#tail.clear();
  }

  #isFollowed(): boolean {
    const { clock, tailCache } = this.#context;
    return this.#unreadBytes <= tailCache.budgetBytes && clock.now() - this.#tailReadMs < tailReaderMs;
  }

  /** The log was taken back to `endOffset`. */
  truncateTo(endOffset: number): void {
    this.#tail.truncateTo(endOffset);
  }

  /** Segments below `endOffset` were replaced: what is remembered of them, in memory too, is another generation's. */
  replaced(endOffset: number): void {
    this.#tail.dropBelow(endOffset);
    this.forgetPositions();
  }

  /** Segments went, or the whole log did. */
  forgetPositions(): void {
    this.#positions.clear();
    this.#earlierEnd = undefined;
  }

  clear(): void {
    this.#tail.clear();
    this.forgetPositions();
  }

  read(request: ReadRequest, end: DurableEnd): LogRead | Promise<LogRead> {
    if (request.offset === end.highWatermark) {
      this.#noteTailRead();
      return { records: [], sizeBytes: 0, nextOffset: request.offset };
    }
    return this.#readTail(request, end) ?? this.#readFiles(request, end);
  }

  /** The end of the log as if nothing at or after `offset`, in a durable batch, were there. Its place is looked up once. */
  endAt(offset: number, end: DurableEnd): DurableEnd {
    if (offset === end.highWatermark) return end;
    if (this.#earlierEnd?.highWatermark === offset) return this.#earlierEnd;
    for (const { segment, endPosition } of this.readable(end, offset)) {
      const position = findPosition(this.#context, segment, offset, endPosition);
      if (position === undefined) continue;
      this.#earlierEnd = { segment, endPosition: position, highWatermark: offset };
      return this.#earlierEnd;
    }
    return end;
  }

  /** The segments that hold durable records, from the one of `offset` on. */
  readable(end: DurableEnd, offset = 0): ReadableSegment[] {
    const readable: ReadableSegment[] = [];
    for (let index = this.#segments.indexOf(offset); ; index++) {
      const segment = this.#segments.at(index);
      if (!segment || segment.baseOffset > end.segment.baseOffset) return readable;
      const endPosition = segment === end.segment ? end.endPosition : segment.sizeBytes;
      if (endPosition > 0) readable.push({ segment, endPosition });
    }
  }

  #readTail(request: ReadRequest, { highWatermark }: DurableEnd): LogRead | undefined {
    const { offset, maxBytes, minOneMessage } = request;
    let index = this.#tail.indexOf(offset);
    if (index < 0) return undefined;
    const records: Buffer[] = [];
    let sizeBytes = 0;
    let nextOffset = offset;
    for (let batch = this.#tail.at(index); batch && batch.lastOffset < highWatermark; batch = this.#tail.at(++index)) {
      const isFirst = sizeBytes === 0 && minOneMessage;
      if (sizeBytes + batch.sizeBytes > maxBytes && !isFirst) break;
      addAdjacent(records, batch.chunks);
      sizeBytes += batch.sizeBytes;
      nextOffset = batch.lastOffset + 1;
    }
    for (const piece of records) retain(piece);
    this.#noteTailRead();
    return this.#complete(request, { records, sizeBytes, nextOffset });
  }

  /** Reads again when the segments changed under it, and goes on behind batches that compaction left empty. */
  async #readFiles(request: ReadRequest, end: DurableEnd): Promise<LogRead> {
    let { offset } = request;
    let current = end;
    for (;;) {
      const read = await this.#readFile({ ...request, offset }, current);
      if (read === 'replaced') {
        current = this.endAt(end.highWatermark, this.#durable());
        continue;
      }
      // Some clients take an answer without a record for the end of the log.
      if (read.isEmpty && read.nextOffset < end.highWatermark) {
        offset = read.nextOffset;
        continue;
      }
      if (read.nextOffset === end.highWatermark) this.#noteTailRead();
      return this.#complete(request, read);
    }
  }

  async #readFile(
    { offset, maxBytes, minOneMessage }: ReadRequest,
    end: DurableEnd,
  ): Promise<(LogRead & { readonly isEmpty: boolean }) | 'replaced'> {
    const known = this.#positions.get(offset);
    for (const { segment, endPosition } of this.readable(end, offset)) {
      if (segment.isRetired()) return 'replaced';
      const position = known?.segment === segment ? known.position : undefined;
      const request = { segment, offset, maxBytes, minOneMessage, position, endPosition };
      const read = (await this.#context.readAhead.take(request)) ?? (await readSegment(this.#context, request));
      if (segment.isRetired()) return 'replaced';
      if (!read) continue;
      if (read.endPosition < endPosition) {
        this.#remember(read.nextOffset, segment, read.endPosition);
        if (position !== undefined) this.#readOn(request, read);
      }
      return read;
    }
    return { records: [], sizeBytes: 0, nextOffset: end.highWatermark, isEmpty: false };
  }

  /** Who went on where a read had ended will do so again. Only for a full answer: at the end of the log more may come until then. */
  #readOn(request: SegmentReadRequest, { nextOffset, endPosition }: SegmentRead): void {
    if (request.endPosition - endPosition < request.maxBytes) return;
    const next = { ...request, offset: nextOffset, position: endPosition };
    this.#context.readAhead.begin(next, () => readSegment(this.#context, next));
  }

  /** The aborted transactions are looked up in the turn of the read: later, compaction may have dropped them with their records. */
  #complete({ offset, committedOnly }: ReadRequest, { records, sizeBytes, nextOffset }: LogRead): LogRead {
    const read = { records, sizeBytes, nextOffset };
    if (!committedOnly || sizeBytes === 0) return read;
    return { ...read, abortedTransactions: findAborted(this.#segments, offset, nextOffset) };
  }

  #noteTailRead(): void {
    this.#tailReadMs = this.#context.clock.now();
    this.#unreadBytes = 0;
  }

  #remember(offset: number, segment: LogSegment, position: number): void {
    this.#positions.delete(offset);
    this.#positions.set(offset, { segment, position });
    if (this.#positions.size > rememberedPositions) this.#positions.delete(this.#positions.keys().next().value!);
  }
}
