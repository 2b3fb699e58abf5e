/**
 * What happened to a post within an hour, and how much of it counts at the hour's end:
 *
 *     score = Σ (likes + 2 · comments) of each minute · 2^(-age / 15 minutes)
 *
 * where `age` goes from the minute's end to the hour's. What is kept are whole numbers by minute, and they are added up in one order, so
 * that the same events give the same score to the last bit, in whatever order and however fast they come.
 */
import type { Windowed } from '@headwater/streams';

export const windowMs = 3_600_000;
/** From one window's start to the next. */
export const windowStepMs = 600_000;

const minuteMs = 60_000;
const minutes = windowMs / minuteMs;
const halfLifeMinutes = 15;
const commentWeight = 2;

/** Something that counts for a post. */
export interface Signal {
  readonly kind: 'like' | 'comment';
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export interface TrendCounts {
  readonly likes: number;
  readonly comments: number;
  /** The newest that counts, in milliseconds since the epoch. */
  readonly newestMs: number;
  /** By minute of the hour of day: within an hour each comes once, wherever the hour begins. */
  readonly weights: readonly number[];
}

export const noCounts = (): TrendCounts => ({
  likes: 0,
  comments: 0,
  newestMs: 0,
  weights: new Array<number>(minutes).fill(0),
});

export function addSignal(counts: TrendCounts, { kind, atMs }: Signal): TrendCounts {
  const isLike = kind === 'like';
  const minute = Math.floor(atMs / minuteMs) % minutes;
  return {
    likes: counts.likes + (isLike ? 1 : 0),
    comments: counts.comments + (isLike ? 0 : 1),
    newestMs: Math.max(counts.newestMs, atMs),
    weights: counts.weights.with(minute, counts.weights[minute]! + (isLike ? 1 : commentWeight)),
  };
}

export function scoreAtEnd({ weights }: TrendCounts, { endMs }: Pick<Windowed<string>, 'endMs'>): number {
  const endMinute = Math.floor(endMs / minuteMs);
  let score = 0;
  for (let age = minutes - 1; age >= 0; age -= 1)
    score += weights[(endMinute - 1 - age + minutes) % minutes]! * 2 ** (-age / halfLifeMinutes);
  return score;
}
