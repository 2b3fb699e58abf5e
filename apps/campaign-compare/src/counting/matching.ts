/**
 * Impressions and clicks of one id meet.
 *
 * Two clocks. Whether a click belongs to its impression is a matter of when both happened: from a minute before it, as clocks differ, to
 * the end of the window. How long they wait for each other is a matter of when they arrived: an impression is remembered for window and
 * grace, a click waits for its impression for the grace. So what comes in any order within the grace gives the same counts, at any speed,
 * and the replay of an old day beside today's traffic makes nothing late (docs/adr/0035).
 */
import type { Remembered } from '@headwater/streams';
import type { Outcome } from './outcome.ts';
import type { Shown, Sighting } from './sighting.ts';

/** How far clocks of who shows and who counts clicks may be apart. */
export const clockSkewMs = 60_000;

export interface MatchingTimes {
  readonly windowMs: number;
  readonly graceMs: number;
}

/** An impression or a click as it was reported; the moments in milliseconds since the epoch. */
export type AdReport = Shown | { readonly kind: 'clicked'; readonly atMs: number };

type Tell = (outcome: Outcome) => void;
type Met = Remembered<Sighting>;

export class Matching {
  constructor(private readonly times: MatchingTimes) {}

  /** A report meets what is remembered of its id. @param arrivedMs when it came, by the log. */
  readonly meet = (known: Met | undefined, report: AdReport, arrivedMs: number, tell: Tell): Met =>
    report.kind === 'shown'
      ? this.meetImpression(known, report, arrivedMs, tell)
      : this.meetClick(known, report.atMs, arrivedMs, tell);

  /** Nobody remembers it any longer: clicks that still wait will wait in vain. */
  readonly over = (sighting: Sighting, tell: Tell): void => {
    if (sighting.kind === 'shown') return;
    for (const atMs of sighting.clicksMs) tell({ kind: 'orphanClicks', atMs, arrivedMs: atMs });
  };

  private meetImpression(known: Met | undefined, shown: Shown, arrivedMs: number, tell: Tell): Met {
    if (known?.state.kind === 'shown') {
      tell({ kind: 'duplicateImpressions', shown: known.state, arrivedMs });
      return known;
    }
    tell({ kind: 'impressions', shown, arrivedMs });
    let state = shown;
    for (const atMs of known?.state.clicksMs ?? []) state = this.clicked(state, atMs, arrivedMs, tell);
    return { state, untilMs: arrivedMs + this.times.windowMs + this.times.graceMs };
  }

  private meetClick(known: Met | undefined, atMs: number, arrivedMs: number, tell: Tell): Met {
    if (!known) return { state: { kind: 'awaited', clicksMs: [atMs] }, untilMs: arrivedMs + this.times.graceMs };
    const { state, untilMs } = known;
    if (state.kind === 'awaited') return { state: { kind: 'awaited', clicksMs: [...state.clicksMs, atMs] }, untilMs };
    const clicked = this.clicked(state, atMs, arrivedMs, tell);
    return clicked === state ? known : { state: clicked, untilMs };
  }

  private clicked(shown: Shown, atMs: number, arrivedMs: number, tell: Tell): Shown {
    const afterMs = atMs - shown.atMs;
    if (afterMs < -clockSkewMs || afterMs > this.times.windowMs) tell({ kind: 'lateClicks', shown, arrivedMs });
    else if (shown.isClicked) tell({ kind: 'duplicateClicks', shown, arrivedMs });
    else {
      tell({ kind: 'clicks', shown, arrivedMs });
      return { ...shown, isClicked: true };
    }
    return shown;
  }
}
