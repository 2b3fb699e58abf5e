/**
 * What happened to a post within an hour, and how much of it counts at the hour's end:
 *
 *     score = Σ (likes + 2 · comments) of each minute · 2^(-age / 15 minutes)
 *
 * where `age` goes from the minute's end to the hour's. What is kept are whole numbers by minute, and they are added up in one order, so
 * that the same events give the same score to the last bit, in whatever order and however fast they come.
 */
import type { Codec, Windowed } from '@headwater/streams';

export const windowMs = 3_600_000;
/** From one window's start to the next. */
export const windowStepMs = 600_000;

const minuteMs = 60_000;
const minutes = windowMs / minuteMs;
const halfLifeMinutes = 15;
const commentWeight = 2;
/** What a weight still counts, by its age in minutes. */
const decay = Array.from({ length: minutes }, (_, age) => 2 ** (-age / halfLifeMinutes));

/** Something that counts for a post. */
export interface Signal {
  readonly kind: 'like' | 'comment';
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** It is changed in place: a like counts in six hours, and to copy their minutes is more work than to count. */
export interface TrendCounts {
  likes: number;
  comments: number;
  /** The newest that counts, in milliseconds since the epoch. */
  newestMs: number;
  /** By minute of the hour of day: within an hour each comes once, wherever the hour begins. */
  readonly weights: number[];
}

export const noCounts = (): TrendCounts => ({
  likes: 0,
  comments: 0,
  newestMs: 0,
  weights: new Array<number>(minutes).fill(0),
});

export function addSignal(counts: TrendCounts, { kind, atMs }: Signal): TrendCounts {
  const minute = Math.floor(atMs / minuteMs) % minutes;
  if (kind === 'like') counts.likes += 1;
  else counts.comments += 1;
  if (atMs > counts.newestMs) counts.newestMs = atMs;
  counts.weights[minute]! += kind === 'like' ? 1 : commentWeight;
  return counts;
}

export function scoreAtEnd({ weights }: TrendCounts, { endMs }: Pick<Windowed<string>, 'endMs'>): number {
  const endMinute = Math.floor(endMs / minuteMs);
  let score = 0;
  for (let age = minutes - 1; age >= 0; age -= 1)
    score += weights[(endMinute - 1 - age + minutes) % minutes]! * decay[age]!;
  return score;
}

const headBytes = 16;
const weightBytes = 5;

/** The newest as a double, likes, comments; then each minute that has a weight, as one byte, and its weight: big-endian, four bytes a count. */
export const trendCountsCodec: Codec<TrendCounts> = {
  encode({ likes, comments, newestMs, weights }) {
    const weighed = weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    const bytes = Buffer.allocUnsafe(headBytes + weighed * weightBytes);
    bytes.writeDoubleBE(newestMs);
    bytes.writeUInt32BE(likes, 8);
    bytes.writeUInt32BE(comments, 12);
    let at = headBytes;
    for (const [minute, weight] of weights.entries()) {
      if (weight === 0) continue;
      bytes[at] = minute;
      bytes.writeUInt32BE(weight, at + 1);
      at += weightBytes;
    }
    return bytes;
  },
  decode(bytes) {
    const counts = noCounts();
    counts.newestMs = bytes.readDoubleBE();
    counts.likes = bytes.readUInt32BE(8);
    counts.comments = bytes.readUInt32BE(12);
    for (let at = headBytes; at < bytes.length; at += weightBytes)
      counts.weights[bytes[at]!] = bytes.readUInt32BE(at + 1);
    return counts;
  },
};
