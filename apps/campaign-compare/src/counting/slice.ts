/**
 * The slices that are counted: a campaign whole, its hours, its creatives; and the hours of clicks that belong to none. A slice's key is
 * the key of its record in the topic that it goes to, so that the slices of all topics share one aggregation.
 */
import { hourOf } from './hour.ts';
import type { CountedKind, Outcome } from './outcome.ts';

export type SliceDimension = 'hour' | 'creative';

export type Slice =
  | { readonly of: 'campaign'; readonly campaigner: string }
  | { readonly of: 'part'; readonly campaigner: string; readonly dimension: SliceDimension; readonly value: string }
  | { readonly of: 'orphans'; readonly hour: string };

/** One more of a slice. */
export interface Contribution {
  readonly slice: string;
  readonly kind: CountedKind;
  readonly arrivedMs: number;
}

/** No campaigner has an empty name. */
const orphansKey = '|orphans|';

/** What an outcome adds to which slices. Duplicates and late clicks are told of the whole campaign only. */
export function contributionsOf(outcome: Outcome): Contribution[] {
  const { kind, arrivedMs } = outcome;
  if (kind === 'orphanClicks') return [{ slice: `${orphansKey}${hourOf(outcome.atMs)}`, kind: 'clicks', arrivedMs }];
  const { campaigner, creative, atMs } = outcome.shown;
  const whole = { slice: campaigner, kind, arrivedMs };
  if (kind !== 'impressions' && kind !== 'clicks') return [whole];
  return [
    whole,
    { slice: `${campaigner}|hour|${hourOf(atMs)}`, kind, arrivedMs },
    { slice: `${campaigner}|creative|${creative}`, kind, arrivedMs },
  ];
}

export function sliceOf(key: string): Slice {
  if (key.startsWith(orphansKey)) return { of: 'orphans', hour: key.slice(orphansKey.length) };
  const [campaigner = '', dimension, value = ''] = key.split('|');
  if (dimension === undefined) return { of: 'campaign', campaigner };
  return { of: 'part', campaigner, dimension: dimension as SliceDimension, value };
}
