/**
 * Takes reports for the partitions of this instance: straight to Kafka (docs/adr/0007), as the topic is the record.
 *
 * A report is held against the newest that is known; one that is newer is written, and becomes visible here when the broker has it.
 * Reports of one user and show take turns, since a later one must be held against the outcome of the one before: those that come while
 * one is being written wait for it, and of them only the newest is written next.
 */
import { Injectable, Logger } from '@nestjs/common';
import { showPosition, topics } from '@headwater/contracts';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { Metrics, Problem } from '@headwater/service-kit';
import type { PartitionPositions } from './partition-positions.ts';
import { compareReports, eventOf, keyOf, type Position } from './position.ts';

/** What became of a report, and the position that holds now. */
export interface Reported {
  /** `moved`: the report holds. `kept`: a newer one does, or the same was there. */
  readonly status: 'moved' | 'kept';
  readonly position: Position;
}

interface Waiting {
  readonly report: Position;
  readonly resolve: (reported: Reported) => void;
  readonly reject: (error: unknown) => void;
}

@Injectable()
export class PositionReports {
  private readonly logger = new Logger('PositionReports');
  /** For each key that is being written, who waits for its outcome. */
  private readonly lanes = new Map<string, Waiting[]>();
  private readonly outcomes: ReturnType<Metrics['counter']>;

  constructor(
    private readonly producer: MessageProducer,
    metrics: Metrics,
  ) {
    this.outcomes = metrics.counter({
      name: 'movieflix_position_reports_total',
      help: 'Reports of positions by what became of them: moved, kept or rewritten',
      labelNames: ['outcome'],
    });
  }

  /** @param held what this instance holds of the user's partition. @throws Problem 503 when no broker acknowledges. */
  async report(held: PartitionPositions, report: Position): Promise<Reported> {
    const key = keyOf(report);
    const waiting = this.lanes.get(key);
    if (waiting) return new Promise((resolve, reject) => waiting.push({ report, resolve, reject }));
    const newest = held.table.get(report.userId, report.showId);
    if (newest && compareReports(report, newest) <= 0) return this.settled('kept', newest);
    const lane: Waiting[] = [];
    this.lanes.set(key, lane);
    try {
      await this.write(report);
      held.table.merge(report);
    } finally {
      this.lanes.delete(key);
      if (lane.length > 0) void this.reportNewest(held, lane);
    }
    return this.settled('moved', held.table.get(report.userId, report.showId)!);
  }

  /** Writes behind older records what is newer than they are. */
  async rewrite(held: PartitionPositions): Promise<void> {
    for (const position of held.takeOvertaken()) {
      this.outcomes.inc({ outcome: 'rewritten' });
      const { userId, showId } = position;
      this.logger.warn(
        `an older position of ${userId} in ${showId} was written after the newest, which is written again`,
      );
      await this.write(position);
    }
  }

  private settled(status: Reported['status'], position: Position): Reported {
    this.outcomes.inc({ outcome: status });
    return { status, position };
  }

  private async reportNewest(held: PartitionPositions, lane: readonly Waiting[]): Promise<void> {
    const newest = lane.reduce((best, each) => (compareReports(each.report, best.report) > 0 ? each : best));
    try {
      const reported = await this.report(held, newest.report);
      for (const each of lane) each.resolve(each === newest ? reported : this.settled('kept', reported.position));
    } catch (error) {
      for (const each of lane) each.reject(error);
    }
  }

  private async write(position: Position): Promise<void> {
    try {
      await this.producer.send(topics.showPosition, showPosition, eventOf(position));
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      const detail =
        'The position could not be stored. Send it again in a moment: a report that was taken after all changes nothing.';
      throw Problem.unavailable('broker-unavailable', detail, { cause: error });
    }
  }
}
