import { Logger } from '@nestjs/common';
import { type EventStore } from './event-store.ts';

/** Where metrics are kept, in the shape of Prometheus' client. */
export interface EventStoreMetricsPort {
  gauge(configuration: { name: string; help: string; collect: () => Promise<void> }): { set(value: number): void };
}

/** A gauge that is read from the database when it is collected; while that is away it keeps its last value. */
export function registerEventStoreGauges(store: EventStore, metrics: EventStoreMetricsPort): void {
  const logger = new Logger('EventStore');
  const barrier = metrics.gauge({
    name: 'event_store_barrier_seconds',
    help: 'Age of the oldest event that readers of all events cannot see yet, because a transaction is open',
    async collect() {
      try {
        barrier.set((await store.barrier()).ageMs / 1000);
      } catch (error) {
        logger.debug(`the gauge keeps its value: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  });
}
