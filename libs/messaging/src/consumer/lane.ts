/**
 * One line of records that are processed one after another: all records of a key are in one lane of their partition.
 *
 * A lane takes up to `batchSize` of the records that wait, in order, and goes on when they are finished. It ends when its partition
 * is taken away: what is under way is finished, what waits is dropped.
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

export class Lane {
  private waiting: LaneItem[] = [];
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

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    await this.mayStart;
    while (this.waiting.length > 0 && !this.stale.aborted) {
      const items = this.waiting.splice(0, this.batchSize);
      const finished = await this.process(items, this.stale);
      this.onFinished(finished === items.length ? items : items.slice(0, finished));
    }
    this.running = undefined;
  }
}

/** Which of `lanes` a key belongs to: FNV-1a over its bytes. Records without a key are spread by their offset. */
export function laneOf(record: RawRecord, lanes: number): number {
  if (lanes === 1) return 0;
  if (record.key === null) return Number(record.offset % BigInt(lanes));
  let hash = 0x811c9dc5;
  for (const byte of record.key) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % lanes;
}
