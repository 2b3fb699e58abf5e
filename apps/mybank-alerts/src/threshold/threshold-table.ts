/** The times in which thresholds were in force, as rows: written in the transaction of the event, read by the judgement. */
import { type Decimal } from '@headwater/contracts';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { type ThresholdEvent } from './threshold.decider.ts';

export interface ThresholdPeriod {
  readonly thresholdId: string;
  readonly accountId: string;
  readonly amount: Decimal;
  readonly currency: string;
  readonly inForceFrom: Date;
  readonly inForceUntil: Date | null;
  /** Of the threshold's stream, when this began. */
  readonly version: number;
}

/** Ended ones are told of for so long. */
const historyDays = 400;

/** Applies what has happened to a threshold; `version` is that of its stream afterwards. */
export async function applyToThresholds(
  transaction: SqlExecutor,
  { type, data }: ThresholdEvent,
  version: number,
): Promise<void> {
  const { userId, accountId } = data;
  await transaction.query(
    `UPDATE thresholds SET in_force_until = $3 WHERE user_id = $1 AND account_id = $2 AND in_force_until IS NULL`,
    [userId, accountId, type === 'ThresholdDisabled' ? data.inForceUntil : data.inForceFrom],
  );
  if (type === 'ThresholdDisabled') return;
  await transaction.query(
    `INSERT INTO thresholds (threshold_id, user_id, account_id, amount, currency, in_force_from, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [`${userId}/${accountId}/${version}`, userId, accountId, data.amount, data.currency, data.inForceFrom, version],
  );
}

/** Those in force and those that ended lately, by account and time. */
export async function findThresholds(
  transaction: SqlExecutor,
  userId: string,
  accountId?: string,
): Promise<ThresholdPeriod[]> {
  const rows = await transaction.query<(Omit<ThresholdPeriod, 'version'> & { version: string })[]>(
    `SELECT threshold_id AS "thresholdId", account_id AS "accountId", amount, currency,
       in_force_from AS "inForceFrom", in_force_until AS "inForceUntil", version
     FROM thresholds
     WHERE user_id = $1 AND ($2::text IS NULL OR account_id = $2)
       AND (in_force_until IS NULL OR in_force_until > now() - make_interval(days => $3))
     ORDER BY account_id, in_force_from, version`,
    [userId, accountId ?? null, historyDays],
  );
  return rows.map((row) => ({ ...row, version: Number(row.version) }));
}
