/**
 * Judgements and changes of thresholds keep out of each other's way: many judgements at a time, or one change.
 *
 * A judgement reads the thresholds as they are committed; a change that took its time before that and committed after it would be in
 * force at the time of a transaction that was judged without it.
 */
import { type SqlExecutor } from '@headwater/event-sourcing';

/** Any number that no other lock of this database uses. */
const lockKey = 5_201_771;

/** To be the first statement of a transaction that judges. */
export async function beginJudgement(transaction: SqlExecutor): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock_shared($1)', [lockKey]);
}

/**
 * To be the first statement of a transaction that changes thresholds.
 * @returns the first moment of which nothing was judged yet, ISO 8601 in UTC, whole milliseconds
 */
export async function waitForJudgements(transaction: SqlExecutor): Promise<string> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
  const [row] = await transaction.query<[{ now: Date }]>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS now`,
  );
  return row.now.toISOString();
}
