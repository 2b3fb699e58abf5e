/** What campaign-compare answers, as far as the page shows it. */

export const CAMPAIGNS = '/api/services/campaign-compare';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Counted {
  readonly impressions: number;
  readonly clicks: number;
  /** 0 to 1; null without impressions. */
  readonly clickThroughRate: number | null;
  readonly interval: Interval;
}

export interface Campaign extends Counted {
  readonly campaigner: string;
  readonly duplicateImpressions: number;
  readonly duplicateClicks: number;
  readonly lateClicks: number;
}

export interface Campaigns {
  readonly items: readonly Campaign[];
}

export interface Difference extends Interval {
  readonly value: number;
}

export interface Test {
  readonly method: string;
  readonly pValue: number;
  readonly significant: boolean;
}

/** One hour, or one creative, of both campaigns. */
export interface Look {
  readonly hour?: string;
  readonly creative?: string;
  readonly a: Counted;
  readonly b: Counted;
  readonly difference: Difference | null;
  readonly test: (Test & { readonly adjustedPValue: number }) | null;
}

export interface Looks {
  readonly correction: string;
  readonly looks: number;
  readonly items: readonly Look[];
}

export interface Comparison {
  readonly a: Campaign;
  readonly b: Campaign;
  readonly difference: Difference | null;
  readonly test: Test | null;
  readonly winner: string | null;
  readonly methods: { readonly interval: string; readonly difference: string; readonly confidence: number };
  readonly byHour: Looks;
  readonly byCreative: Looks;
}

export interface Orphans {
  readonly clicks: number;
}

/** A share as percent: 0.0342 -> `3.42 %`. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(2)} %`;
}

/** Chance in words: how likely it alone makes a difference as large. */
export function chanceText(pValue: number): string {
  if (pValue < 0.0001) return 'in less than 1 of 10,000 cases';
  return `in ${(100 * pValue).toFixed(pValue < 0.01 ? 2 : 1)} % of cases`;
}
