/**
 * Lets records wait in their lanes until they are due. A tier's records all wait equally long, so that the first of a lane is the
 * first that is due; fetching and heartbeats go on meanwhile, and what waits in memory is bounded by the partition's pause.
 */
import type { Clock } from '../clock/index.ts';
import type { WorkPlace } from './failed-record.ts';
import type { LaneItem } from './lane.ts';
import { dueMsOf } from './origin.ts';
import type { ItemProcessor } from './record-processor.ts';
import type { WorkInProgress } from './work-in-progress.ts';

export class DelayedProcessor implements ItemProcessor {
  constructor(
    private readonly processor: ItemProcessor,
    private readonly clock: Clock,
  ) {}

  get work(): WorkInProgress {
    return this.processor.work;
  }

  async process(place: WorkPlace, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    let finished = 0;
    while (finished < items.length) {
      const dueMs = dueMsOf(items[finished]!.record);
      // A timer may end a millisecond early by the clock.
      while (dueMs > this.clock.nowMs() && !stale.aborted) await this.clock.sleep(dueMs - this.clock.nowMs(), stale);
      if (stale.aborted) return finished;
      const nowMs = this.clock.nowMs();
      const notDue = items.findIndex(({ record }, index) => index > finished && dueMsOf(record) > nowMs);
      const due = items.slice(finished, notDue === -1 ? items.length : notDue);
      const done = await this.processor.process(place, due, stale);
      finished += done;
      if (done < due.length) return finished;
    }
    return finished;
  }
}
