/** Carries out what a subscription's policy says of a failed record. */
import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/index.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';
import { errorNameOf, reasonOf, type SettleFailure } from './failed-record.ts';
import type { WorkInProgress } from './work-in-progress.ts';

/** Puts it among the group's dead letters. */
export function deadLetterSettlement(deadLetters: DeadLetters, metrics: ConsumerMetrics): SettleFailure {
  return async ({ place, record, attempts, error, running }, stale) => {
    await running;
    const put = await deadLetters.put({ ...place, record, attempts, error }, stale);
    if (put) metrics.deadLettered();
    return put ? 'settled' : 'stale';
  };
}

/** Logs it and goes on. */
export function skipSettlement(group: string, topic: string, metrics: ConsumerMetrics): SettleFailure {
  const logger = new Logger('Consumer');
  return async ({ place, record, attempts, error, running }) => {
    await running;
    const text = `${topic}/${place.partition} offset ${record.offset}`;
    logger.error(`group ${group}: ${text} is skipped after ${attempts} attempts: ${reasonOf(error)}`);
    metrics.skipped();
    return 'settled';
  };
}

/** Tells that the subscription must stop; the record keeps its place, and with it all that is not finished. */
export function stopSettlement(onStop: (reason: string) => void): SettleFailure {
  return async ({ place, record, error }, stale) => {
    onStop(`partition ${place.partition} offset ${record.offset}: ${reasonOf(error)}`);
    await new Promise<void>((resolve) => {
      if (stale.aborted) resolve();
      stale.addEventListener('abort', () => resolve(), { once: true });
    });
    return 'stale';
  };
}

/** The pause before a record is tried again whose key could not be parked, as the database is away. */
const awayPauseMs = 500;

export interface ParkSettlementParts {
  readonly work: WorkInProgress;
  /** For records without a key: nothing waits for them. */
  readonly otherwise: SettleFailure;
  /** The pause before a record is tried again that may not be parked, as too many keys are. */
  readonly fullPauseMs: number;
  readonly clock: Clock;
}

/**
 * Parks the record's key. A handler that still runs is left behind: its key has no other attempt before it has ended, as a release
 * waits for it, and liveness tells how long it takes.
 */
export function parkSettlement({ work, otherwise, fullPauseMs, clock }: ParkSettlementParts): SettleFailure {
  const logger = new Logger('Consumer');
  return async (failed, stale) => {
    const { place, record, attempts, error, running } = failed;
    const { key } = record;
    const { parked } = place;
    if (key === null || !parked) return otherwise(failed, stale);
    if (parked.isFull) {
      logger.error(
        `${parked.place.topic}/${place.partition}: ${parked.keys} keys are parked already, so that offset ${record.offset} keeps its place: ${reasonOf(error)}`,
      );
      await running;
      await clock.sleep(fullPauseMs, stale);
      return 'again';
    }
    const failure = { attempts, error: errorNameOf(error), reason: reasonOf(error) };
    const parking = await parked.park({ ...record, key }, failure, stale);
    if (parking === 'parked') {
      if (running) work.abandon(place.partition, key, running);
      return 'settled';
    }
    await running;
    if (parking === 'away') await clock.sleep(awayPauseMs, stale);
    return parking === 'away' ? 'again' : 'stale';
  };
}
