/**
 * The records of one partition in one generation of the group: lanes, watermark, and how much waits.
 *
 * Concurrency: everything runs in one thread; `retire` makes the generation stale, after which nothing of it is committed. Work
 * under way is let finish (its outcome is kept by the inbox, not by an offset), and the next generation of the same partition waits
 * for it, so that no key is ever handled twice at a time in this process.
 */
import type { FetchedRecords, RawRecord } from '../client/index.ts';
import type { ParkedPartition } from '../parking/index.ts';
import { Lane, laneOf, laneOfKey, type LaneItem, type LaneTask, type ProcessItems } from './lane.ts';
import { Watermark } from './watermark.ts';

export interface PartitionWorkOptions {
  readonly lanes: number;
  readonly batchSize: number;
  /** At most once: a record is finished when it comes, and what waits is handled although the generation has ended. */
  readonly finishedAtOnce?: boolean;
}

/** A record's bytes in memory: its parts and the objects around them. */
const overheadBytes = 200;

function bytesOf({ key, value }: RawRecord): number {
  return overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
}

export class PartitionWork {
  paused = false;
  waitingRecords = 0;
  waitingBytes = 0;
  highWatermark = 0n;
  private readonly retired = new AbortController();
  private readonly lanes: Lane[];
  private watermark: Watermark | undefined;
  private waiters: (() => void)[] = [];

  private readonly finishedAtOnce: boolean;

  constructor(
    readonly partition: number,
    options: PartitionWorkOptions,
    mayStart: Promise<void>,
    process: ProcessItems,
    private readonly onProgress: (work: PartitionWork) => void,
    /** Its parked keys, where the subscription parks; lanes start when they are loaded. */
    readonly parked?: ParkedPartition,
  ) {
    this.finishedAtOnce = options.finishedAtOnce ?? false;
    const ends = this.finishedAtOnce ? new AbortController().signal : this.retired.signal;
    const open = parked ? mayStart.then(() => parked.open(this.retired.signal)) : mayStart;
    this.lanes = Array.from(
      { length: options.lanes },
      () => new Lane(options.batchSize, ends, open, process, (items) => this.finish(items)),
    );
  }

  get stale(): boolean {
    return this.retired.signal.aborted;
  }

  /** What may be committed; undefined before the first records. */
  get position(): bigint | undefined {
    return this.watermark?.position;
  }

  /** Where the records that follow begin; undefined before the first. */
  get nextOffset(): bigint | undefined {
    return this.watermark?.nextOffset;
  }

  /** Records in the partition that are not finished; undefined before the first. */
  get lag(): number | undefined {
    if (this.watermark === undefined) return undefined;
    const behind = Number(this.highWatermark - this.watermark.position);
    return Math.max(0, behind);
  }

  add(fetched: FetchedRecords): void {
    this.watermark ??= new Watermark(fetched.fetchOffset);
    this.highWatermark = fetched.highWatermark;
    for (const record of fetched.records) {
      const bytes = bytesOf(record);
      this.waitingRecords += 1;
      this.waitingBytes += bytes;
      const tracked = this.watermark.add(record.offset);
      if (this.finishedAtOnce) this.watermark.finish(tracked);
      this.lanes[laneOf(record, this.lanes.length)]!.add({ record, bytes, tracked });
    }
    this.watermark.fetchedUpTo(fetched.nextOffset);
  }

  /** Does something in a key's lane, never beside a record of the key. */
  inLane(key: Buffer, task: LaneTask): void {
    if (!this.stale) this.lanes[laneOfKey(key, this.lanes.length)]!.addTask(task);
  }

  /** Resolves at the next progress, or when the generation ends. */
  progress(): Promise<void> {
    if (this.stale) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Ends the generation. @returns when what is under way has ended. */
  async retire(): Promise<void> {
    this.retired.abort();
    this.wake();
    await Promise.all(this.lanes.map((lane) => lane.idle()));
  }

  private finish(items: readonly LaneItem[]): void {
    if (items.length === 0) return;
    for (const { tracked, bytes } of items) {
      if (!this.finishedAtOnce) this.watermark!.finish(tracked);
      this.waitingRecords -= 1;
      this.waitingBytes -= bytes;
    }
    this.wake();
    if (!this.stale) this.onProgress(this);
  }

  private wake(): void {
    const woken = this.waiters;
    this.waiters = [];
    for (const wake of woken) wake();
  }
}
