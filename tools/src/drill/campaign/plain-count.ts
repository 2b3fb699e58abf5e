/** What the log says, counted by hand: the reference that the service's counts are held against. */
import type { AdClicked, AdShown } from '@headwater/contracts';

export interface PlainCounts {
  impressions: number;
  clicks: number;
  duplicateImpressions: number;
  duplicateClicks: number;
  lateClicks: number;
  /** Impressions and clicks of each hour and creative, as `6/2`. */
  readonly byHour: Record<string, string>;
  readonly byCreative: Record<string, string>;
}

const windowMs = 1_800_000;
const clockSkewMs = 60_000;

/** Of each campaigner. Every click has its impression. */
export function plainCount(shown: readonly AdShown[], clicked: readonly AdClicked[]): Map<string, PlainCounts> {
  const first = new Map<string, AdShown>();
  const counts = new Map<string, PlainCounts>();
  const parts = new Map<string, { impressions: number; clicks: number }>();
  const of = (campaigner: string): PlainCounts => {
    const known = counts.get(campaigner) ?? nothing();
    counts.set(campaigner, known);
    return known;
  };
  const addToParts = ({ campaigner, occurredAt, creative }: AdShown, field: 'impressions' | 'clicks'): void => {
    const hour = `${occurredAt.toISOString().slice(0, 13)}:00:00.000Z`;
    for (const key of [`${campaigner}|byHour|${hour}`, `${campaigner}|byCreative|${creative}`]) {
      const part = parts.get(key) ?? { impressions: 0, clicks: 0 };
      part[field] += 1;
      parts.set(key, part);
    }
  };
  for (const each of shown) {
    const known = first.get(each.impressionId);
    if (known) of(known.campaigner).duplicateImpressions += 1;
    else {
      first.set(each.impressionId, each);
      of(each.campaigner).impressions += 1;
      addToParts(each, 'impressions');
    }
  }
  const clickedIds = new Set<string>();
  for (const { impressionId, occurredAt } of clicked) {
    const impression = first.get(impressionId)!;
    const afterMs = occurredAt.getTime() - impression.occurredAt.getTime();
    if (afterMs < -clockSkewMs || afterMs > windowMs) of(impression.campaigner).lateClicks += 1;
    else if (clickedIds.has(impressionId)) of(impression.campaigner).duplicateClicks += 1;
    else {
      clickedIds.add(impressionId);
      of(impression.campaigner).clicks += 1;
      addToParts(impression, 'clicks');
    }
  }
  for (const [key, { impressions, clicks }] of parts) {
    const [campaigner, by, name] = key.split('|') as [string, 'byHour' | 'byCreative', string];
    counts.get(campaigner)![by][name] = `${impressions}/${clicks}`;
  }
  return counts;
}

const nothing = (): PlainCounts => ({
  impressions: 0,
  clicks: 0,
  duplicateImpressions: 0,
  duplicateClicks: 0,
  lateClicks: 0,
  byHour: {},
  byCreative: {},
});
