/**
 * One line of records that are processed one after another: all records of a key are in one lane of their partition.
 *
 * A lane takes up to `batchSize` of the records that wait, in order, and goes on when they are finished. Tasks take turns with the
 * records. It ends when its partition is taken away: what is under way is finished, what waits is dropped.
 */
import type { RawRecord } from '../client/index.ts';
import type { TrackedOffset } from './watermark.ts';

export interface LaneItem {
  readonly record: RawRecord;
  readonly tracked: TrackedOffset;
  readonly bytes: number;
}

/** Processes records until each is finished, or until `stale` aborts; never rejects. @returns how many are finished, from the first. */
export type ProcessItems = (items: readonly LaneItem[], stale: AbortSignal) => Promise<number>;

/** Something else to do in a lane, in turn with its records; never rejects. */
export type LaneTask = (stale: AbortSignal) => Promise<void>;

export class Lane {
  private waiting: LaneItem[] = [];
  private readonly tasks: LaneTask[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly batchSize: number,
    private readonly stale: AbortSignal,
    /** Processing may begin when this resolves: what an earlier generation has under way must end first. */
    private readonly mayStart: Promise<void>,
    private readonly process: ProcessItems,
    private readonly onFinished: (items: readonly LaneItem[]) => void,
  ) {}

  add(item: LaneItem): void {
    this.waiting.push(item);
    this.running ??= this.run();
  }

  addTask(task: LaneTask): void {
    this.tasks.push(task);
    this.running ??= this.run();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.running;
  }

  private isOver(): boolean {
    return this.stale.aborted;
  }

  private async run(): Promise<void> {
    await this.mayStart;
    while ((this.waiting.length > 0 || this.tasks.length > 0) && !this.isOver()) {
      await this.tasks.shift()?.(this.stale);
      if (this.waiting.length === 0 || this.isOver()) continue;
      const items = this.waiting.splice(0, this.batchSize);
      const finished = await this.process(items, this.stale);
      this.onFinished(finished === items.length ? items : items.slice(0, finished));
    }
    this.running = undefined;
  }
}

/** Which of `lanes` a record belongs to. Those without a key are spread by their offset. */
export function laneOf({ key, offset }: Pick<RawRecord, 'key' | 'offset'>, lanes: number): number {
  return key === null ? Number(offset % BigInt(lanes)) : laneOfKey(key, lanes);
}

/** Which of `lanes` a key belongs to: FNV-1a over its bytes. */
export function laneOfKey(key: Buffer, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % lanes;
}
