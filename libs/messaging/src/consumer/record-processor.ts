/**
 * Brings the records of a lane to an end, in order: read, handle, and when that fails, let the subscription's policy decide.
 *
 * A batch that fails is handled message by message, unless its handler said which one is at fault, so that only that one meets the
 * policy. A record that cannot be read goes to the dead letters whatever the policy is. Records of parked keys join their lines in
 * the database and are not handled here; see `ParkedRelease`.
 */
import { isUnreadable } from '../codec/index.ts';
import type { TopicMessage } from '../message/index.ts';
import type { Attempts } from './attempts.ts';
import type { SettleFailure, WorkPlace } from './failed-record.ts';
import type { LaneItem } from './lane.ts';
import type { MessageReader } from './message-reader.ts';
import type { WorkInProgress } from './work-in-progress.ts';

export interface RecordProcessorParts {
  readonly reader: MessageReader;
  readonly attempts: Attempts;
  /** What follows a failure of the handler. */
  readonly settle: SettleFailure;
  /** What follows when a record can never be read. */
  readonly settleUnreadable: SettleFailure;
  readonly work: WorkInProgress;
}

interface ReadItem {
  readonly item: LaneItem;
  readonly message: TopicMessage;
}

interface ReadRun {
  readonly run: readonly ReadItem[];
  readonly unreadable?: { readonly item: LaneItem; readonly error: unknown };
}

/** One call's records: whether they are still handled together is found out on the way. */
interface Piece {
  readonly place: WorkPlace;
  readonly stale: AbortSignal;
  together: boolean;
}

/** Brings items of a lane to an end. */
export interface ItemProcessor {
  readonly work: WorkInProgress;
  /** @returns how many items are finished, from the first; fewer than all only when `stale` aborted. */
  process(place: WorkPlace, items: readonly LaneItem[], stale: AbortSignal): Promise<number>;
}

export class RecordProcessor implements ItemProcessor {
  constructor(
    private readonly parts: RecordProcessorParts,
    /** A handler that takes one message at a time gets batches of one. */
    private readonly batched: boolean,
  ) {}

  get work(): WorkInProgress {
    return this.parts.work;
  }

  process(place: WorkPlace, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    return this.work.track(items.length, () => this.processInOrder({ place, stale, together: this.batched }, items));
  }

  private async processInOrder(piece: Piece, items: readonly LaneItem[]): Promise<number> {
    let rest: readonly LaneItem[] = items;
    for (;;) {
      const kept = await this.withoutParked(piece, rest);
      if (kept === 'stale') return items.length - rest.length;
      if (kept.length === 0) return items.length;
      rest = kept;
      const finished = await this.handleReadable(piece, rest);
      if (finished === 0) return items.indexOf(rest[0]!);
      rest = rest.slice(finished);
    }
  }

  /** Those that are to be handled; those of parked keys join their lines. */
  private async withoutParked(
    { place: { parked }, stale }: Piece,
    items: readonly LaneItem[],
  ): Promise<readonly LaneItem[] | 'stale'> {
    if (!parked?.holdsAny) return items;
    const waiting = items.filter(({ record }) => parked.holds(record.key));
    if (waiting.length > 0) {
      const records = waiting.map(({ record }) => record);
      if (!(await parked.append(records, stale))) return 'stale';
    }
    return items.filter(({ record }) => !parked.holds(record.key) && !parked.isSettled(record));
  }

  /** Handles until all are finished or a policy was carried out. @returns how many are finished, from the first; 0 when stale. */
  private async handleReadable(piece: Piece, items: readonly LaneItem[]): Promise<number> {
    const read = await this.readRun(piece, items);
    if (read === 'stale') return 0;
    if (read.run.length > 0) return this.handleRun(piece, read.run);
    const { item, error } = read.unreadable!;
    const failed = { place: piece.place, record: item.record, attempts: 1, error, running: undefined };
    return (await this.parts.settleUnreadable(failed, piece.stale)) === 'settled' ? 1 : 0;
  }

  /** The messages up to the first record that cannot be read, and that record. */
  private async readRun({ place, stale }: Piece, items: readonly LaneItem[]): Promise<ReadRun | 'stale'> {
    const { reader, attempts } = this.parts;
    const run: ReadItem[] = [];
    for (const item of items) {
      const message = await readMessage(reader, attempts, place.partition, item.record, stale);
      if (message === 'stale') return 'stale';
      if ('unreadable' in message) return { run, unreadable: { item, error: message.unreadable } };
      run.push({ item, message });
    }
    return { run };
  }

  /** Ends after the first failure that was settled. @returns how many of the run are finished, from the first. */
  private async handleRun(piece: Piece, run: readonly ReadItem[]): Promise<number> {
    let finished = 0;
    while (finished < run.length) {
      const some = piece.together ? run.slice(finished) : [run[finished]!];
      const messages = some.map(({ message }) => message);
      const outcome = await this.parts.attempts.run(messages, piece.stale);
      if (outcome === 'stale') return finished;
      if (outcome === 'done') {
        finished += some.length;
        continue;
      }
      finished += outcome.handled;
      if (!outcome.narrowed) {
        // Whose failure it is, is not known: from here on one by one.
        await outcome.running;
        piece.together = false;
        continue;
      }
      const { record } = some[outcome.handled]!.item;
      const settled = await this.parts.settle({ ...outcome, place: piece.place, record }, piece.stale);
      if (settled === 'settled') return finished + 1;
      if (settled === 'stale') return finished;
    }
    return finished;
  }
}

/** The message of a record. While the registry is away it is asked again. */
export async function readMessage(
  reader: MessageReader,
  attempts: Attempts,
  partition: number,
  record: LaneItem['record'],
  stale: AbortSignal,
): Promise<TopicMessage | { readonly unreadable: unknown } | 'stale'> {
  for (let attempt = 1; !stale.aborted; attempt++) {
    try {
      return await reader.read(partition, record);
    } catch (error) {
      if (isUnreadable(error)) return { unreadable: error };
      await attempts.pause([{ partition, offset: record.offset }], attempt, error, stale);
    }
  }
  return 'stale';
}
