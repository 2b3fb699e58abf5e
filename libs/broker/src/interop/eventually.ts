import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 20;

/**
 * Waits until a condition holds; the test's time-out is the limit. For what Apache Kafka's broker knows a moment after its
 * controller has answered: topics that were created, extended or deleted, configurations, the outcome of transactions.
 */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(LOOK_MS);
}
