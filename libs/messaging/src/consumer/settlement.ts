/** Carries out what a subscription's policy says of a failed record. */
import { Logger } from '@nestjs/common';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { SettleFailure } from './failed-record.ts';

/** Puts it among the group's dead letters. */
export function deadLetterSettlement(deadLetters: DeadLetters, metrics: ConsumerMetrics): SettleFailure {
  return async ({ partition, item, attempts, error }, stale) => {
    const put = await deadLetters.put({ partition, record: item.record, attempts, error }, stale);
    if (put) metrics.deadLettered();
    return put;
  };
}

/** Logs it and goes on. */
export function skipSettlement(group: string, topic: string, metrics: ConsumerMetrics): SettleFailure {
  const logger = new Logger('Consumer');
  return ({ partition, item, attempts, error }) => {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error(
      `group ${group}: ${topic}/${partition} offset ${item.record.offset} is skipped after ${attempts} attempts: ${reason}`,
    );
    metrics.skipped();
    return Promise.resolve(true);
  };
}

/** Tells that the subscription must stop; the record keeps its place, and with it all that is not finished. */
export function stopSettlement(onStop: (error: unknown, place: string) => void): SettleFailure {
  return ({ partition, item, error }, stale) => {
    onStop(error, `partition ${partition} offset ${item.record.offset}`);
    return new Promise((resolve) => {
      if (stale.aborted) resolve(false);
      stale.addEventListener('abort', () => resolve(false), { once: true });
    });
  };
}
