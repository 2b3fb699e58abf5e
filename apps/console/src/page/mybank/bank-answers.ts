/** What mybank-alerts and mybank-ledger answer, as far as the page shows it. */

export interface Threshold {
  readonly accountId: string;
  readonly amount: string;
  readonly currency: string;
  readonly inForceFrom: string;
}

export interface Alert {
  /** The user's alerts are numbered from 1 on. */
  readonly number: number;
  readonly alertId: string;
  readonly accountId: string;
  readonly amount: string;
  readonly currency: string;
  readonly counterparty: string;
  readonly description: string;
  readonly bookedAt: string;
  readonly thresholdAmount: string;
  readonly detectedAt: string;
}

export interface Items<T> {
  readonly items: readonly T[];
}
