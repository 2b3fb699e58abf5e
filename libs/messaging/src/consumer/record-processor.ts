/**
 * Brings the records of a lane to an end, in order: read, handle, and when that fails, let the subscription's policy decide.
 *
 * A batch that fails is handled message by message, unless its handler said which one is at fault, so that only that one meets the
 * policy. A record that cannot be read goes to the dead letters whatever the policy is.
 */
import type { Clock } from '../clock/index.ts';
import { isUnreadable } from '../codec/index.ts';
import type { TopicMessage } from '../message/index.ts';
import type { Attempts, FailedAttempts } from './attempts.ts';
import type { SettleFailure } from './failed-record.ts';
import type { LaneItem } from './lane.ts';
import type { MessageReader } from './message-reader.ts';

export interface RecordProcessorParts {
  readonly reader: MessageReader;
  readonly attempts: Attempts;
  /** What follows a failure of the handler. */
  readonly settle: SettleFailure;
  /** What follows when a record can never be read. */
  readonly settleUnreadable: SettleFailure;
  readonly clock: Clock;
}

interface ReadItem {
  readonly item: LaneItem;
  readonly message: TopicMessage;
}

interface ReadRun {
  readonly run: readonly ReadItem[];
  readonly unreadable?: { readonly item: LaneItem; readonly error: unknown };
}

export class RecordProcessor {
  /** When each piece of work that is under way began. */
  private readonly underWay = new Map<symbol, number>();

  constructor(
    private readonly parts: RecordProcessorParts,
    /** A handler that takes one message at a time gets batches of one. */
    private readonly batched: boolean,
  ) {}

  /** When the piece of work began that has been under way for the longest; undefined when none is. */
  get oldestWorkMs(): number | undefined {
    return this.underWay.size === 0 ? undefined : Math.min(...this.underWay.values());
  }

  /** @returns how many items are finished, from the first; fewer than all only when `stale` aborted. */
  async process(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    const work = Symbol('work');
    this.underWay.set(work, this.parts.clock.nowMs());
    try {
      return await this.processInOrder(partition, items, stale);
    } finally {
      this.underWay.delete(work);
    }
  }

  private async processInOrder(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    let finished = 0;
    while (finished < items.length) {
      const read = await this.readRun(partition, items.slice(finished), stale);
      if (read === 'stale') return finished;
      const handled = await this.handleRun(partition, read.run, stale);
      finished += handled;
      if (handled < read.run.length) return finished;
      if (!read.unreadable) continue;
      const { item, error } = read.unreadable;
      if (!(await this.parts.settleUnreadable({ partition, item, attempts: 1, error }, stale))) return finished;
      finished += 1;
    }
    return finished;
  }

  /** The messages up to the first record that cannot be read, and that record. */
  private async readRun(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<ReadRun | 'stale'> {
    const { reader, attempts } = this.parts;
    const run: ReadItem[] = [];
    for (const item of items) {
      for (let attempt = 1; run.at(-1)?.item !== item; attempt++) {
        if (stale.aborted) return 'stale';
        try {
          run.push({ item, message: await reader.read(partition, item.record) });
        } catch (error) {
          if (isUnreadable(error)) return { run, unreadable: { item, error } };
          await attempts.pause([{ partition, offset: item.record.offset }], attempt, error, stale);
        }
      }
    }
    return { run };
  }

  /** @returns how many of the run are finished, from the first. */
  private async handleRun(partition: number, run: readonly ReadItem[], stale: AbortSignal): Promise<number> {
    let finished = 0;
    let together = this.batched;
    while (finished < run.length) {
      const piece = together ? run.slice(finished) : [run[finished]!];
      const outcome = await this.parts.attempts.run(
        piece.map(({ message }) => message),
        stale,
      );
      if (outcome === 'stale') return finished;
      if (outcome === 'done') {
        finished += piece.length;
        continue;
      }
      finished += outcome.handled;
      // Whose failure it is, is not known: from here on one by one.
      if (!outcome.narrowed) {
        await outcome.running;
        together = false;
      } else if (await this.settle(partition, piece[outcome.handled]!, outcome, stale)) finished += 1;
      else return finished;
    }
    return finished;
  }

  private async settle(
    partition: number,
    { item }: ReadItem,
    { attempts, error, running }: FailedAttempts,
    stale: AbortSignal,
  ): Promise<boolean> {
    // No other record of its key may run while it does.
    await running;
    return this.parts.settle({ partition, item, attempts, error }, stale);
  }
}
