import type { CampaignPerformance } from '@headwater/contracts';

/** Impressions, and how many of them were clicked. */
export interface Counted {
  readonly impressions: number;
  readonly clicks: number;
}

export const nothingCounted: Counted = { impressions: 0, clicks: 0 };

/** A campaign as it stands: its totals, and its parts, which may be a moment ahead or behind. */
export interface Campaign {
  readonly performance: CampaignPerformance;
  /** By the hour's beginning, ISO 8601 in UTC. */
  readonly hours: ReadonlyMap<string, Counted>;
  readonly creatives: ReadonlyMap<string, Counted>;
}

/** Clicks over impressions; null where there are none. */
export function clickThroughRateOf({ impressions, clicks }: Counted): number | null {
  return impressions === 0 ? null : clicks / impressions;
}
