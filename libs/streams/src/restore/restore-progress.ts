import { Logger } from '@nestjs/common';
import type { Clock } from '@headwater/messaging';

/** How far a store is restored. */
export interface RestoreProgress {
  /** The store's or the table's name. */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** Read so far. */
  readonly records: number;
  readonly bytes: number;
  /** From 0 to 100, by offsets. */
  readonly percent: number;
  /** Since the beginning. */
  readonly recordsPerSecond: number;
  readonly done: boolean;
}

const logEveryMs = 2_000;

/** Says in the log how restoring goes: now and then, and once when a partition that took long is done. */
export class RestoreLog {
  private readonly logger = new Logger('Streams');
  private readonly spokeMs = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  tell(progress: RestoreProgress): void {
    const { name, topic, partition, records, bytes, percent, recordsPerSecond, done } = progress;
    const id = `${topic}-${partition}`;
    const nowMs = this.clock.nowMs();
    const lastMs = this.spokeMs.get(id);
    if (lastMs === undefined) this.spokeMs.set(id, nowMs);
    if (!done && (lastMs === undefined || nowMs - lastMs < logEveryMs)) return;
    this.spokeMs.set(id, nowMs);
    if (done) this.spokeMs.delete(id);
    if (done && records === 0) return;
    this.logger.log(
      `restoring ${name} from ${id}: ${done ? 'done' : `${percent.toFixed(0)} %`}, ${records} records, ${Math.round(bytes / 1024)} KiB, ${Math.round(recordsPerSecond)} records/s`,
    );
  }
}
