/**
 * Applies pages of events, one transaction each, and finds the event at fault when one fails: half of the page is tried, then
 * half of that, until a single event is left. What comes before it is applied; the projection stands still in front of it.
 *
 * Pages grow up to the limit only while they are applied quickly: readers of all events wait for a transaction that is open
 * for long.
 */
import type { DataSource } from 'typeorm';
import { type SqlExecutor } from '../database/index.ts';
import { type EventPage, type GlobalPosition, type RecordedEvent } from '../event-store/index.ts';
import { type PageReader } from './page-reader.ts';

/** Somebody else has moved the checkpoint, or replaced the tables. */
export class CheckpointMoved extends Error {}

/** A single event that `apply` does not take. */
export class EventFailed extends Error {
  constructor(
    readonly event: RecordedEvent,
    cause: unknown,
  ) {
    super(`event ${event.eventId} cannot be applied`, { cause });
  }
}

export interface PageTarget {
  /** Moves the checkpoint as the transaction's first write. */
  moveCheckpoint(transaction: SqlExecutor, from: GlobalPosition, to: GlobalPosition): Promise<boolean>;
  apply(transaction: SqlExecutor, events: readonly RecordedEvent[]): Promise<void>;
}

/** Pages that fail are smaller than this, and pages that are applied quickly are larger. */
const usualEvents = 5_000;
const quickMs = 300;
const slowMs = 1_000;

export class AppliedPages {
  private batchEvents: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: PageReader,
    private readonly target: PageTarget,
    private readonly maxBatchEvents: number,
  ) {
    this.batchEvents = Math.min(usualEvents, maxBatchEvents);
  }

  /**
   * Applies what follows a position.
   * @returns the page that was applied; the checkpoint is at its position.
   * @throws CheckpointMoved, EventFailed
   */
  async advance(from: GlobalPosition): Promise<EventPage> {
    for (;;) {
      const page = await this.reader.read(from, this.batchEvents);
      const startedMs = performance.now();
      try {
        await this.applyPage(from, page);
        this.adapt(performance.now() - startedMs);
        return page;
      } catch (error) {
        if (error instanceof CheckpointMoved || page.events.length === 0) throw error;
        if (page.events.length === 1) throw new EventFailed(page.events[0]!, error);
        this.batchEvents = Math.ceil(page.events.length / 2);
      }
    }
  }

  private adapt(tookMs: number): void {
    const usual = Math.min(usualEvents, this.maxBatchEvents);
    if (this.batchEvents < usual) this.batchEvents = Math.min(usual, this.batchEvents * 2);
    else if (tookMs < quickMs) this.batchEvents = Math.min(this.maxBatchEvents, this.batchEvents * 2);
    else if (tookMs > slowMs) this.batchEvents = Math.max(usual, Math.floor(this.batchEvents / 2));
  }

  private async applyPage(from: GlobalPosition, { events, position }: EventPage): Promise<void> {
    const isUnmoved = position.transactionId === from.transactionId && position.position === from.position;
    if (isUnmoved) return;
    await this.dataSource.transaction(async (transaction) => {
      if (!(await this.target.moveCheckpoint(transaction, from, position))) throw new CheckpointMoved();
      if (events.length > 0) await this.target.apply(transaction, events);
    });
  }
}
