/**
 * Writes what was appended to a log, in groups: all that waits goes out in one write, and (fsync) reaches the device with it.
 *
 * How: with `fsync` a group is one asynchronous write through an O_DSYNC handle: one trip to the thread pool, where write and
 * fdatasync would be two. With `os`, a group of up to 64 KiB is written at once, synchronously (6 to 50 µs, where the trip to the
 * thread pool alone costs 35 µs), a larger one asynchronously, so that the copy into the page cache does not hold up the event loop.
 *
 * Order: groups become durable one after another, so that what is durable is always a first part of the log, and a segment is
 * complete on disk before the next one's file is made. Groups end at segment boundaries. With `fsync` a large group is written while
 * the one before it is being synced, so that the copy into the page cache and the disk's work overlap; when its own sync ends first,
 * it waits. A crash in between leaves a gap in the file that nobody was told of; a recovery ends the log before it.
 *
 * Failure: the group and all behind it are taken back (`onFailed` restores the log to the last durable end), once no write is under
 * way any more. The next commit first cuts the file there, durably, and fails too while that cannot be done. Nothing is kept for
 * later: producers retry.
 */
import type { Chunks } from '../protocol/index.ts';
import { addAdjacent } from './batch-placement.ts';
import type { LeaderEpochs } from './files/leader-epochs.ts';
import type { LogContext } from './log-context.ts';
import type { LogSegment, SegmentState } from './log-segment.ts';

const longestSyncWriteBytes = 64 * 1024;
/** A second write is begun beside another one if it is at least this large. */
const smallestOverlapBytes = 64 * 1024;
const writesAtOnce = 2;

/** Batches that become durable together. */
export class CommitGroup {
  readonly segment: LogSegment;
  /** State of the segment and end of the log before the group. */
  readonly segmentBefore: SegmentState;
  readonly startOffset: number;
  endOffset: number;
  readonly chunks: Buffer[] = [];
  sizeBytes = 0;
  /** Taken by the writer: further batches go into the next group. */
  closed = false;
  /** How its write ended; undefined before. */
  end: 'written' | { readonly error: unknown } | undefined;
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;

  constructor(segment: LogSegment, startOffset: number) {
    this.segment = segment;
    this.segmentBefore = segment.state();
    this.startOffset = startOffset;
    this.endOffset = startOffset;
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    // Callers need not look (acks=0); who does look gets the error all the same.
    promise.catch(() => undefined);
    this.durable = promise;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Position of the group's end in the file of the segment. */
  get endPosition(): number {
    return this.segmentBefore.sizeBytes + this.sizeBytes;
  }

  add(chunks: Chunks, sizeBytes: number, endOffset: number): void {
    addAdjacent(this.chunks, chunks);
    this.sizeBytes += sizeBytes;
    this.endOffset = endOffset;
  }
}

export interface CommitQueueOptions {
  readonly context: LogContext;
  readonly directory: string;
  readonly epochs: LeaderEpochs;
  /** The group is durable. */
  readonly onDurable: (group: CommitGroup) => void;
  /** The groups, in order, will not be written; the log goes back to where the first of them began. */
  readonly onFailed: (groups: readonly CommitGroup[], error: unknown) => void;
  /** Called before the first write to a segment, when all before it is durable: completes the files of its predecessor. */
  readonly onNewSegment: (segment: LogSegment) => Promise<void>;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #groups: CommitGroup[] = [];
  /** How many of the groups, from the first on, are being written. */
  #begun = 0;
  #scheduled = false;
  /** A write failed, and one beside it has not ended. */
  #halted = false;
  #abandoned = false;
  /** Segments whose files may hold bytes behind a position, which a recovery would take for records. */
  readonly #uncut = new Map<LogSegment, number>();

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  /** The group that the record at `offset` waits in. */
  groupOf(offset: number): CommitGroup | undefined {
    return this.#groups.find((group) => offset < group.endOffset);
  }

  /** The group that the next batch, for `segment`, goes into. It is committed at the end of the turn, or after one before. */
  openGroup(segment: LogSegment, startOffset: number): CommitGroup {
    const last = this.#groups.at(-1);
    const group = last && !last.closed && last.segment === segment ? last : new CommitGroup(segment, startOffset);
    if (group !== last) this.#groups.push(group);
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#options.context.atEndOfTurn(() => {
        this.#scheduled = false;
        this.#start();
      });
    }
    return group;
  }

  /** Resolves when nothing waits any more, whether it became durable or failed. */
  async drain(): Promise<void> {
    while (!this.isEmpty) {
      this.#start();
      await this.#groups.at(-1)?.durable.catch(() => undefined);
    }
    await this.#tryCut();
  }

  /** Fails all that waits, for good; what is being written is waited for. */
  async abandon(error: unknown): Promise<void> {
    this.#abandoned = true;
    await this.#groups[this.#begun - 1]?.durable.catch(() => undefined);
    if (!this.isEmpty) this.#fail(error);
  }

  #start(): void {
    for (let group = this.#groups[this.#begun]; group && this.#mayBegin(group); group = this.#groups[this.#begun]) {
      if (this.#groups.length === 1 && this.#canWriteNow(group)) this.#writeNow(group);
      else this.#begin(group);
    }
  }

  #mayBegin(group: CommitGroup): boolean {
    if (this.#halted || this.#abandoned) return false;
    if (this.#begun === 0) return true;
    const isLarge = group.sizeBytes >= smallestOverlapBytes;
    return isLarge && this.#begun < writesAtOnce && this.#options.context.flush === 'fsync' && this.#isPlain(group);
  }

  #canWriteNow(group: CommitGroup): boolean {
    const isSmall = group.sizeBytes <= longestSyncWriteBytes;
    return isSmall && this.#options.context.flush === 'os' && this.#isPlain(group);
  }

  /** Nothing is to be done but to write the group. */
  #isPlain(group: CommitGroup): boolean {
    return group.segment.onDisk && this.#uncut.size === 0 && !this.#options.epochs.dirty;
  }

  #writeNow(group: CommitGroup): void {
    group.closed = true;
    try {
      const file = this.#options.context.files.borrow(group.segment.logPath);
      try {
        file.handle.writeNow(group.chunks, group.segmentBefore.sizeBytes);
      } finally {
        file.release();
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#groups.shift();
    this.#options.onDurable(group);
  }

  #begin(group: CommitGroup): void {
    group.closed = true;
    this.#begun++;
    const ended = (end: NonNullable<CommitGroup['end']>): void => {
      group.end = end;
      this.#settle();
    };
    this.#write(group).then(
      () => ended('written'),
      (error: unknown) => ended({ error }),
    );
  }

  /** After a write: groups become durable in their order. One that failed takes those behind it with it, once their writes are over. */
  #settle(): void {
    for (let group = this.#groups[0]; group?.end === 'written'; group = this.#groups[0]) {
      this.#groups.shift();
      this.#begun--;
      this.#options.onDurable(group);
    }
    const begun = this.#groups.slice(0, this.#begun);
    const failed = begun.map(({ end }) => end).find((end) => typeof end === 'object');
    this.#halted = failed !== undefined && begun.some(({ end }) => end === undefined);
    if (failed && !this.#halted) this.#fail(failed.error);
    this.#start();
  }

  async #write(group: CommitGroup): Promise<void> {
    const { context, directory, epochs } = this.#options;
    const { segment } = group;
    const isNewFile = !segment.onDisk;
    await this.#cut();
    if (isNewFile) await this.#options.onNewSegment(segment);
    if (epochs.dirty) await epochs.flush({ sync: false });
    const file = context.files.borrow(segment.logPath);
    try {
      const position = group.segmentBefore.sizeBytes;
      if (isNewFile && file.handle.size() > position) file.handle.truncate(position);
      await file.handle.write(group.chunks, position);
      if (isNewFile && context.flush === 'fsync') await context.fileSystem.syncDirectory(directory);
      segment.onDisk = true;
    } finally {
      file.release();
    }
  }

  #fail(error: unknown): void {
    const groups = this.#groups.splice(0);
    this.#begun = 0;
    const [first] = groups;
    for (const group of groups) group.closed = true;
    this.#options.onFailed(groups, error);
    this.#uncut.set(first!.segment, first!.segmentBefore.sizeBytes);
  }

  /**
   * Cuts off what failed writes left behind. The cut must be durable before anything is written to another file: else a power
   * cut could bring the rest back, and the recovery would end the log there.
   */
  async #cut(): Promise<void> {
    const { files, fileSystem, flush } = this.#options.context;
    for (const [segment, position] of this.#uncut) {
      if (segment.onDisk || fileSystem.stat(segment.logPath)) {
        const file = files.borrow(segment.logPath);
        try {
          file.handle.truncate(position);
          if (flush === 'fsync') await file.handle.sync();
        } finally {
          file.release();
        }
      }
      this.#uncut.delete(segment);
    }
  }

  async #tryCut(): Promise<void> {
    try {
      await this.#cut();
    } catch (error) {
      const paths = [...this.#uncut.keys()].map((segment) => segment.logPath).join(', ');
      const message = `Cannot cut ${paths} to what is durable: records that were refused may come back`;
      this.#options.context.report({ level: 'error', message, error });
    }
  }
}
