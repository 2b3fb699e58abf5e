/** What became of an impression or a click: which of a campaign's counts it belongs to. */
import type { Shown } from './sighting.ts';

/** The counts of a campaign; what is not an impression or a click of it is counted apart. */
export const countedKinds = ['impressions', 'clicks', 'duplicateImpressions', 'duplicateClicks', 'lateClicks'] as const;

export type CountedKind = (typeof countedKinds)[number];

export type Outcome =
  | {
      readonly kind: CountedKind;
      /** The impression that it belongs to: it says the campaign, and the hour and the creative for which it counts. */
      readonly shown: Shown;
      readonly arrivedMs: number;
    }
  | {
      readonly kind: 'orphanClicks';
      /** When it was clicked, in milliseconds since the epoch. */
      readonly atMs: number;
      readonly arrivedMs: number;
    };
