/**
 * Reads from files what consumers that read on will ask for next, while they still take what they asked for: the disk and the network
 * work at the same time, and the next answer begins without a trip to the thread pool.
 *
 * One budget for all logs, counted in what reads may be long; the oldest gives way to a new one. A consumer that does not come back
 * costs one read and, until it gives way, its memory.
 *
 * Invariant: a read is of a segment (the object, not its file's name) below what was durable when it was begun, so that it stays true
 * as long as the segment is in its log.
 */
import { release } from './lent-memory.ts';
import type { LogSegment } from './log-segment.ts';
import type { SegmentRead, SegmentReadRequest } from './segment-reader.ts';

interface Entry {
  readonly segment: LogSegment;
  readonly offset: number;
  readonly maxBytes: number;
  /** Undefined when the read failed: who needs it reads itself, and hears why. */
  readonly read: Promise<SegmentRead | undefined>;
}

export class ReadAhead {
  readonly #budgetBytes: number;
  /** Oldest first. */
  #entries: Entry[] = [];
  #reservedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Begins a read, unless it is too long or under way already. */
  begin({ segment, offset, maxBytes }: SegmentReadRequest, read: () => Promise<SegmentRead | undefined>): void {
    if (maxBytes > this.#budgetBytes) return;
    if (this.#entries.some((entry) => entry.segment === segment && entry.offset === offset)) return;
    this.#entries.push({ segment, offset, maxBytes, read: read().catch(() => undefined) });
    this.#reservedBytes += maxBytes;
    while (this.#reservedBytes > this.#budgetBytes) this.#drop(this.#entries[0]!);
  }

  /** The read that was begun for a reader with these limits; undefined when there is none. The caller has it alone. */
  async take({ segment, offset, maxBytes, endPosition }: SegmentReadRequest): Promise<SegmentRead | undefined> {
    const entry = this.#entries.find((begun) => begun.segment === segment && begun.offset === offset);
    if (!entry) return undefined;
    if (entry.maxBytes > maxBytes || entry.maxBytes * 2 < maxBytes) {
      this.#drop(entry);
      return undefined;
    }
    this.#remove(entry);
    const read = await entry.read;
    if (!read || read.endPosition <= endPosition) return read;
    releaseAll(read);
    return undefined;
  }

  #drop(entry: Entry): void {
    this.#remove(entry);
    void entry.read.then((read) => read && releaseAll(read));
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#reservedBytes -= entry.maxBytes;
  }
}

function releaseAll({ records }: SegmentRead): void {
  for (const piece of records) release(piece);
}
