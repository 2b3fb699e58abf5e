/** Counts of a campaign or of a part of it, as they are added up and kept. */
import type { Codec } from '@headwater/streams';
import { countedKinds, type CountedKind } from './outcome.ts';

export interface Counts extends Readonly<Record<CountedKind, number>> {
  /** When the newest record arrived that is counted, in milliseconds since the epoch. */
  readonly newestMs: number;
}

const none: Counts = {
  impressions: 0,
  clicks: 0,
  duplicateImpressions: 0,
  duplicateClicks: 0,
  lateClicks: 0,
  newestMs: 0,
};

/** One more, in place: counts of which nobody else knows. */
export function addOne(counts: Counts | undefined, kind: CountedKind, arrivedMs: number): Counts {
  const sum: { -readonly [Field in keyof Counts]: number } = counts ?? { ...none };
  sum[kind] += 1;
  if (arrivedMs > sum.newestMs) sum.newestMs = arrivedMs;
  return sum;
}

export function addCounts(one: Counts | undefined, other: Counts): Counts {
  if (!one) return other;
  const newestMs = Math.max(one.newestMs, other.newestMs);
  return {
    impressions: one.impressions + other.impressions,
    clicks: one.clicks + other.clicks,
    duplicateImpressions: one.duplicateImpressions + other.duplicateImpressions,
    duplicateClicks: one.duplicateClicks + other.duplicateClicks,
    lateClicks: one.lateClicks + other.lateClicks,
    newestMs,
  };
}

const fields = [...countedKinds, 'newestMs'] as const;

/** Each number as 8 bytes, in the order of `countedKinds`; the moment last. */
export const countsCodec: Codec<Counts> = {
  encode(counts) {
    const bytes = Buffer.allocUnsafe(8 * fields.length);
    for (const [index, field] of fields.entries()) bytes.writeDoubleBE(counts[field], 8 * index);
    return bytes;
  },

  decode(bytes) {
    const counts = { ...none };
    for (const [index, field] of fields.entries()) counts[field] = bytes.readDoubleBE(8 * index);
    return counts;
  },
};
