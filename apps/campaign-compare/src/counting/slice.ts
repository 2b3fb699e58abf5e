/**
 * The slices that are counted: a campaign whole, its hours, its creatives; and the hours of clicks that belong to none. A slice's key is
 * the key of its record in the topic that it goes to, so that the slices of all topics share one aggregation.
 */
import { hourOf } from './hour.ts';
import type { Outcome } from './outcome.ts';
import type { Shown } from './sighting.ts';

export type SliceDimension = 'hour' | 'creative';

export type Slice =
  | { readonly of: 'campaign'; readonly campaigner: string }
  | { readonly of: 'part'; readonly campaigner: string; readonly dimension: SliceDimension; readonly value: string }
  | { readonly of: 'orphans'; readonly hour: string };

/** No campaigner has an empty name. */
const orphansKey = '|orphans|';

/** The slices that an outcome counts for. Duplicates and late clicks are told of the whole campaign only. */
export function slicesOf(outcome: Outcome): string | readonly string[] {
  if (outcome.kind === 'orphanClicks') return `${orphansKey}${hourOf(outcome.atMs)}`;
  const { kind, shown } = outcome;
  if (kind !== 'impressions' && kind !== 'clicks') return shown.campaigner;
  return knownSlices.of(shown);
}

/** Whoever counts millions asks for the same few slices: their keys are put together, and hashed, once. */
class KnownSlices {
  private readonly byCampaigner = new Map<string, Map<string, Map<string, readonly string[]>>>();
  private size = 0;

  constructor(private readonly maxSize: number) {}

  of({ campaigner, creative, atMs }: Shown): readonly string[] {
    const hour = hourOf(atMs);
    return this.byCampaigner.get(campaigner)?.get(creative)?.get(hour) ?? this.add(campaigner, creative, hour);
  }

  private add(campaigner: string, creative: string, hour: string): readonly string[] {
    if (this.size++ === this.maxSize) {
      this.byCampaigner.clear();
      this.size = 1;
    }
    const byCreative = this.byCampaigner.get(campaigner) ?? new Map<string, Map<string, readonly string[]>>();
    this.byCampaigner.set(campaigner, byCreative);
    const byHour = byCreative.get(creative) ?? new Map<string, readonly string[]>();
    byCreative.set(creative, byHour);
    const slices = [campaigner, `${campaigner}|hour|${hour}`, `${campaigner}|creative|${creative}`];
    byHour.set(hour, slices);
    return slices;
  }
}

const knownSlices = new KnownSlices(10_000);

export function sliceOf(key: string): Slice {
  if (key.startsWith(orphansKey)) return { of: 'orphans', hour: key.slice(orphansKey.length) };
  const [campaigner = '', dimension, value = ''] = key.split('|');
  if (dimension === undefined) return { of: 'campaign', campaigner };
  return { of: 'part', campaigner, dimension: dimension as SliceDimension, value };
}
