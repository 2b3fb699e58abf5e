/**
 * Handles what waits of a released key, in order, through the same reader, attempts and handler as new records.
 *
 * It runs in the key's own lane and so never beside a new record of the key; the key stays parked until nothing of it waits, so that
 * what arrives meanwhile joins the line. A piece at a time: the lane's other keys go on between two pieces.
 */
import type { PartitionWork } from './partition-work.ts';
import type { Clock } from '../clock/index.ts';
import type { ParkedPartition, ParkingStore } from '../parking/index.ts';
import type { Attempts } from './attempts.ts';
import { errorNameOf, reasonOf, type SettleFailure } from './failed-record.ts';
import type { MessageReader } from './message-reader.ts';
import { readMessage } from './record-processor.ts';
import type { WorkInProgress } from './work-in-progress.ts';

/** How often a member looks which of its keys an operator has released. */
const lookIntervalMs = 500;

const pieceRecords = 50;

export interface ParkedReleaseParts {
  readonly reader: MessageReader;
  readonly attempts: Attempts;
  readonly settleUnreadable: SettleFailure;
  readonly work: WorkInProgress;
  readonly store: ParkingStore;
  readonly clock: Clock;
}

/** `more`: there may be more that waits. `failed`: the key is parked again. */
type PieceOutcome = 'more' | 'finished' | 'failed' | 'stale';

export class ParkedRelease {
  constructor(
    private readonly parts: ParkedReleaseParts,
    private readonly group: string,
    private readonly topic: string,
  ) {}

  /** Looks for released keys of the partitions that are at work, until the signal aborts. */
  async watch(
    workOf: (partition: number) => PartitionWork | undefined,
    hasParked: () => boolean,
    closing: AbortSignal,
  ) {
    const { store, clock } = this.parts;
    while (!closing.aborted) {
      await clock.sleep(lookIntervalMs, closing);
      if (!hasParked()) continue;
      // A database that is away is told by whoever needs it next; released keys wait as they did.
      const released = await store.releasing(this.group, this.topic).catch(() => []);
      for (const { partition, key } of released) this.begin(workOf(partition), key);
    }
  }

  private begin(work: PartitionWork | undefined, key: Buffer): void {
    const parked = work?.parked;
    if (!work || !parked?.holds(key) || this.parts.work.isAbandoned(work.partition, key)) return;
    if (!parked.beginRelease(key)) return;
    const next = (): void =>
      work.inLane(key, async (stale) => {
        const outcome = await this.parts.work.track(1, () => this.piece(parked, key, stale));
        if (outcome === 'more') next();
        else parked.endRelease(key);
      });
    next();
  }

  private async piece(parked: ParkedPartition, key: Buffer, stale: AbortSignal): Promise<PieceOutcome> {
    const waiting = await parked.waiting(key, pieceRecords, stale);
    if (!waiting) return 'stale';
    if (waiting.length === 0) return (await parked.finish(key, stale)) ? 'finished' : 'stale';
    for (const { record, skipped } of waiting) {
      const outcome = skipped ? 'done' : await this.handle(parked, key, record, stale);
      if (outcome !== 'done') return outcome;
      if (!(await parked.settle(key, record.offset, stale))) return 'stale';
    }
    return 'more';
  }

  private async handle(
    parked: ParkedPartition,
    key: Buffer,
    record: Parameters<typeof readMessage>[3],
    stale: AbortSignal,
  ): Promise<'done' | 'failed' | 'stale'> {
    const { reader, attempts, settleUnreadable, work } = this.parts;
    const { partition } = parked.place;
    const message = await readMessage(reader, attempts, partition, record, stale);
    if (message === 'stale') return 'stale';
    if ('unreadable' in message) {
      const place = { partition, parked, secondHand: false };
      const failed = { place, record, attempts: 1, error: message.unreadable, running: undefined };
      return (await settleUnreadable(failed, stale)) === 'settled' ? 'done' : 'stale';
    }
    const outcome = await attempts.run([message], stale);
    if (outcome === 'done' || outcome === 'stale') return outcome;
    if (outcome.running) work.abandon(partition, key, outcome.running);
    const failure = { attempts: outcome.attempts, error: errorNameOf(outcome.error), reason: reasonOf(outcome.error) };
    return (await parked.parkAgain(key, failure, stale)) ? 'failed' : 'stale';
  }
}
