/**
 * What a meter makes of recorded positions.
 *
 * - Outliers: kept is the longest chain of positions, in order of time, in which no step is faster than a taxi can be; the others are
 *   dropped. So one position across the river costs nobody anything, not even when it is the first.
 * - Gaps: between two positions that are kept the taxi is taken to have gone straight, at one speed. Where they are further apart than
 *   a gap, that is counted as one.
 */
import { type Place } from '../zone/zones.ts';
import { unitsOfStretch, type MeterUnits } from './meter.ts';

export interface Position extends Place {
  readonly occurredAtMs: number;
}

export interface TrackRules extends MeterUnits {
  readonly maxMetersPerMs: number;
  readonly gapMs: number;
}

export interface MeteredTrack {
  /** Fractions included. */
  readonly units: number;
  readonly distanceMeters: number;
  readonly durationMs: number;
  /** How many were kept. */
  readonly positions: number;
  readonly outliers: number;
  readonly gaps: number;
}

/** A chain leaves out no more than this many positions in a row. */
const longestSkip = 60;
/** What a receiver may be wrong by, so that two positions within a second are not a speed. */
const toleranceMeters = 30;
const earthRadiusMeters = 6_371_008.8;

export function meterTrack(recorded: readonly Position[], rules: TrackRules): MeteredTrack {
  const positions = byTime(recorded);
  const kept = plausibleChain(positions, rules.maxMetersPerMs);
  let units = 0;
  let distanceMeters = 0;
  let gaps = 0;
  for (let index = 1; index < kept.length; index++) {
    const from = kept[index - 1]!;
    const to = kept[index]!;
    const meters = metersBetween(from, to);
    const durationMs = to.occurredAtMs - from.occurredAtMs;
    units += unitsOfStretch(meters, durationMs, rules);
    distanceMeters += meters;
    if (durationMs > rules.gapMs) gaps++;
  }
  const durationMs = kept.length > 0 ? kept.at(-1)!.occurredAtMs - kept[0]!.occurredAtMs : 0;
  const outliers = positions.length - kept.length;
  return { units, distanceMeters, durationMs, positions: kept.length, outliers, gaps };
}

/** Great-circle distance (haversine). */
export function metersBetween(from: Place, to: Place): number {
  const radians = Math.PI / 180;
  const sineLatitude = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const sineLongitude = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const cosines = Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians);
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(sineLatitude ** 2 + cosines * sineLongitude ** 2)));
}

/** In order, one for each moment: the first that was given. */
function byTime(recorded: readonly Position[]): Position[] {
  const ordered = [...recorded].sort((one, other) => one.occurredAtMs - other.occurredAtMs);
  return ordered.filter((position, index) => position.occurredAtMs !== ordered[index - 1]?.occurredAtMs);
}

function plausibleChain(positions: readonly Position[], maxMetersPerMs: number): Position[] {
  const lengths: number[] = [];
  const before: number[] = [];
  let last = -1;
  for (const [index, position] of positions.entries()) {
    lengths[index] = 1;
    before[index] = -1;
    for (let other = index - 1; other >= Math.max(0, index - longestSkip - 1); other--) {
      // Among equals the nearest in time: what was driven is not cut short.
      if (lengths[other]! < lengths[index]) continue;
      const from = positions[other]!;
      const allowed = (position.occurredAtMs - from.occurredAtMs) * maxMetersPerMs + toleranceMeters;
      if (metersBetween(from, position) > allowed) continue;
      lengths[index] = lengths[other]! + 1;
      before[index] = other;
    }
    if (last < 0 || lengths[index] > lengths[last]!) last = index;
  }
  const chain: Position[] = [];
  for (let index = last; index >= 0; index = before[index]!) chain.push(positions[index]!);
  return chain.reverse();
}
