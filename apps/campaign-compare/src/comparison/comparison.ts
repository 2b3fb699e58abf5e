/**
 * Two campaigns beside each other: how they differ, and whether by more than chance. One question is asked of the whole; one of each hour
 * and of each creative that both have, and those are corrected for how many they are.
 */
import { nothingCounted, type Campaign, type Counted } from '../campaign/campaign.ts';
import {
  compareProportions,
  holm,
  newcombeInterval,
  type Interval,
  type Proportion,
  type TestResult,
} from '../statistics/index.ts';

export interface Difference extends Interval {
  /** Click-through rate of a less that of b. */
  readonly value: number;
}

/** How two counts differ; both null where one of them has no impressions. */
export interface Contrast {
  readonly a: Counted;
  readonly b: Counted;
  readonly difference: Difference | null;
  readonly test: (TestResult & { readonly isSignificant: boolean }) | null;
}

/** One of many looks. */
export interface Look extends Omit<Contrast, 'test'> {
  /** The hour or the creative. */
  readonly name: string;
  readonly test: (TestResult & { readonly adjustedPValue: number; readonly isSignificant: boolean }) | null;
}

export interface Comparison extends Contrast {
  readonly byHour: readonly Look[];
  readonly byCreative: readonly Look[];
}

/** @param confidence of the intervals; what is less likely than the rest of it is significant. */
export function compareCampaigns(a: Campaign, b: Campaign, confidence: number): Comparison {
  return {
    ...contrast(a.performance, b.performance, confidence),
    byHour: looks(a.hours, b.hours, confidence),
    byCreative: looks(a.creatives, b.creatives, confidence),
  };
}

const proportionOf = ({ impressions, clicks }: Counted): Proportion => ({ successes: clicks, trials: impressions });

export function contrast(a: Counted, b: Counted, confidence: number): Contrast {
  if (a.impressions === 0 || b.impressions === 0) return { a, b, difference: null, test: null };
  const [one, other] = [proportionOf(a), proportionOf(b)];
  const value = a.clicks / a.impressions - b.clicks / b.impressions;
  const result = compareProportions(one, other);
  return {
    a,
    b,
    difference: { value, ...newcombeInterval(one, other, confidence) },
    test: { ...result, isSignificant: result.pValue < levelOf(confidence) },
  };
}

function looks(
  ofA: ReadonlyMap<string, Counted>,
  ofB: ReadonlyMap<string, Counted>,
  confidence: number,
): readonly Look[] {
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])].sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  const contrasts = names.map((name) =>
    contrast(ofA.get(name) ?? nothingCounted, ofB.get(name) ?? nothingCounted, confidence),
  );
  const adjusted = holm(contrasts.flatMap(({ test }) => test?.pValue ?? [])).values();
  return contrasts.map(({ test, ...rest }, index) => {
    const name = names[index]!;
    if (!test) return { name, ...rest, test };
    const adjustedPValue = adjusted.next().value!;
    return { name, ...rest, test: { ...test, adjustedPValue, isSignificant: adjustedPValue < levelOf(confidence) } };
  });
}

/** 1 - 0.95 is a little more than 0.05, in binary. */
const levelOf = (confidence: number): number => Number((1 - confidence).toPrecision(10));
