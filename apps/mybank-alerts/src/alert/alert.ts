import { type Decimal } from '@headwater/contracts';

/** An alert as this service keeps it. */
export interface Alert {
  readonly userId: string;
  /** Of this user: 1, 2, 3 … in the order in which they were committed. */
  readonly number: number;
  readonly alertId: string;
  readonly accountId: string;
  readonly transactionId: string;
  /** What left the account: positive, two decimals. */
  readonly amount: Decimal;
  readonly currency: string;
  readonly counterparty: string;
  readonly description: string;
  readonly bookedAt: Date;
  readonly thresholdId: string;
  readonly thresholdAmount: Decimal;
  readonly detectedAt: Date;
}

/** A row of `alerts`, as the driver gives it. */
export interface AlertRow {
  readonly user_id: string;
  readonly number: string;
  readonly alert_id: string;
  readonly account_id: string;
  readonly transaction_id: string;
  readonly amount: Decimal;
  readonly currency: string;
  readonly counterparty: string;
  readonly description: string;
  readonly booked_at: Date;
  readonly threshold_id: string;
  readonly threshold_amount: Decimal;
  readonly detected_at: Date;
}

export const alertOf = (row: AlertRow): Alert => ({
  userId: row.user_id,
  number: Number(row.number),
  alertId: row.alert_id,
  accountId: row.account_id,
  transactionId: row.transaction_id,
  amount: row.amount,
  currency: row.currency,
  counterparty: row.counterparty,
  description: row.description,
  bookedAt: row.booked_at,
  thresholdId: row.threshold_id,
  thresholdAmount: row.threshold_amount,
  detectedAt: row.detected_at,
});
