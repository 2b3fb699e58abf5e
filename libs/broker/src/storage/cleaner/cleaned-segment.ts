/**
 * Writes the segment that takes the place of one or several: `.log.cleaned` with its indexes. It counts only when it is complete and
 * durable, see `segment-swap.ts`.
 */
import { indexSuffix, logSuffix, timeIndexSuffix, abortedIndexSuffix } from '../files/log-file-names.ts';
import type { AbortedEntry } from '../files/aborted-index.ts';
import type { FileHandle } from '../file-system/file-system.ts';
import type { LogContext } from '../log-context.ts';
import { LogSegment } from '../log-segment.ts';

/** A position in `.index` is an int32. */
const largestLogBytes = 2 ** 31 - 1;

export interface CleanedBatch {
  readonly bytes: Buffer;
  readonly lastOffset: number;
  /** Largest timestamp of its records; -1 without records. */
  readonly maxTimestampMs: number;
}

export class CleanedSegment {
  readonly segment: LogSegment;
  readonly #context: LogContext;
  readonly #indexIntervalBytes: number;
  readonly #file: FileHandle;
  #pieces: Buffer[] = [];
  #writtenBytes = 0;
  #isClosed = false;

  /** In the place of `sources`. @throws what the file system throws. */
  constructor(context: LogContext, sources: readonly LogSegment[], indexIntervalBytes: number) {
    this.#context = context;
    this.#indexIntervalBytes = indexIntervalBytes;
    const [first] = sources;
    this.segment = new LogSegment(context, first!.directory, first!.baseOffset, undefined, '.cleaned');
    this.segment.active = true;
    // Where there was an index of aborted transactions, an empty one must take its place.
    if ([this.segment, ...sources].some((one) => context.fileSystem.stat(one.pathOf(abortedIndexSuffix)))) {
      this.segment.clearAborted();
    }
    this.#file = context.fileSystem.open(this.segment.logPath, 'write');
  }

  /** Takes a batch; its bytes are looked at until the next `write`. */
  add({ bytes, lastOffset, maxTimestampMs }: CleanedBatch): void {
    if (this.segment.sizeBytes + bytes.length > largestLogBytes) {
      throw new Error(`The cleaned segment ${this.segment.logPath} would be larger than a segment can be`);
    }
    this.segment.append(lastOffset, maxTimestampMs, bytes.length, this.#indexIntervalBytes);
    this.#pieces.push(bytes);
  }

  addAborted(entry: AbortedEntry): void {
    this.segment.addAborted(entry);
  }

  /** Writes what was added; returns its bytes. */
  async write(): Promise<number> {
    const pieces = this.#pieces;
    const count = this.segment.sizeBytes - this.#writtenBytes;
    if (count === 0) return 0;
    this.#pieces = [];
    // A try that failed may have left a file.
    if (this.#writtenBytes === 0) this.#file.truncate(0);
    await this.#file.write(pieces, this.#writtenBytes);
    this.#writtenBytes += count;
    return count;
  }

  /** Makes all files durable. */
  async finish(): Promise<LogSegment> {
    await this.write();
    await this.#file.sync();
    this.#close();
    this.segment.onDisk = true;
    this.segment.seal();
    await this.segment.flushIndexes();
    return this.segment;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }

  /** Gives up: removes what was written, as far as that is possible; the rest goes at the next start. */
  async discard(): Promise<void> {
    const { fileSystem, indexCache } = this.#context;
    this.#close();
    indexCache.remove(this.segment);
    for (const suffix of [logSuffix, indexSuffix, timeIndexSuffix, abortedIndexSuffix]) {
      await fileSystem.remove(this.segment.pathOf(suffix)).catch(() => undefined);
    }
  }
}
