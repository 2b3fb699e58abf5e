/** Where a taxi was between pick-up and drop-off, which the records do not say: a path of the recorded length, driven as people drive. */
import { type Place, type TimedPlace } from '../../requests/gettaxi-requests.ts';

const EARTH_RADIUS_METERS = 6_371_008.8;
const METERS_PER_DEGREE = (EARTH_RADIUS_METERS * Math.PI) / 180;

export const METERS_PER_MILE = 1609.344;

/** Great-circle distance (haversine) on the mean sphere. */
export function distanceMeters(from: Place, to: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const north = Math.sin(radians(to.latitude - from.latitude) / 2);
  const east = Math.sin(radians(to.longitude - from.longitude) / 2);
  const half = north ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * east ** 2;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(half)));
}

/**
 * The point north of the line at which two equal legs are as long as the way that was driven; the middle of the line when
 * that is not longer than the line.
 */
export function apexOf(from: Place, to: Place, drivenMeters: number): Place {
  const straight = distanceMeters(from, to);
  const middle = { latitude: (from.latitude + to.latitude) / 2, longitude: (from.longitude + to.longitude) / 2 };
  if (drivenMeters <= straight) return middle;
  const heightMeters = Math.sqrt((drivenMeters / 2) ** 2 - (straight / 2) ** 2);
  const shrink = Math.cos((middle.latitude * Math.PI) / 180);
  const east = (to.longitude - from.longitude) * shrink;
  const north = to.latitude - from.latitude;
  const size = Math.hypot(east, north);
  // Across the line, towards the north; due north where there is no line.
  const across =
    size === 0 ? { east: 0, north: 1 } : { east: (-north / size) * Math.sign(east || 1), north: Math.abs(east) / size };
  const degrees = heightMeters / METERS_PER_DEGREE;
  return {
    latitude: middle.latitude + across.north * degrees,
    longitude: middle.longitude + (across.east * degrees) / shrink,
  };
}

/**
 * Positions of the meter: one at the pick-up and each `everyMs` after it, and one at the drop-off.
 *
 * A taxi stands at lights and drives fast in between, and a meter charges its standing; at the mean speed all along every ride would be too
 * cheap. So the speeds of the stretches are those of the exponential distribution, the one of least assumption with a known mean.
 *
 * @param mostMetersPerSecond no stretch is faster than this, or than the mean of a ride that is.
 */
export function meterPositions(
  from: TimedPlace,
  to: TimedPlace,
  drivenMeters: number,
  everyMs: number,
  mostMetersPerSecond: number,
): TimedPlace[] {
  const apex = apexOf(from, to, drivenMeters);
  const durationMs = to.occurredAtMs - from.occurredAtMs;
  const meanMetersPerSecond = (distanceMeters(from, apex) + distanceMeters(apex, to)) / (durationMs / 1000);
  const stretches = Math.ceil(durationMs / everyMs);
  const speeds = exponentialSpeeds(durationMs, everyMs, Math.max(1, mostMetersPerSecond / meanMetersPerSecond));
  const positions: TimedPlace[] = [];
  let share = 0;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const elapsedMs = stretch * everyMs;
    const place = share < 0.5 ? between(from, apex, share * 2) : between(apex, to, share * 2 - 1);
    positions.push({ ...place, occurredAtMs: from.occurredAtMs + elapsedMs });
    share += ((speeds[stretch] ?? 0) * Math.min(everyMs, durationMs - elapsedMs)) / durationMs;
  }
  positions.push({ latitude: to.latitude, longitude: to.longitude, occurredAtMs: to.occurredAtMs });
  return positions;
}

/**
 * The speed of each stretch of a way, as a multiple of the mean. Each stands for a part of the exponential distribution as wide as its share
 * of the time and has that part's mean, so that the whole way takes the whole time; which comes when is mixed. Where the fastest would be
 * faster than `most`, all are drawn towards the mean as far as it takes.
 */
export function exponentialSpeeds(durationMs: number, everyMs: number, most: number): number[] {
  const speeds = new Array<number>(Math.ceil(durationMs / everyMs)).fill(1);
  // What is left of the distribution above a part, and the integral of its speeds from there on.
  let above = 1;
  const integral = (share: number): number => (share > 0 ? share * (1 - Math.log(share)) : 0);
  const mixed = [...speeds.keys()].sort((one, other) => goldenFraction(one) - goldenFraction(other));
  for (const [rank, stretch] of mixed.entries()) {
    const share = Math.min(everyMs, durationMs - stretch * everyMs) / durationMs;
    const next = rank === mixed.length - 1 ? 0 : above - share;
    speeds[stretch] = (integral(above) - integral(next)) / share;
    above = next;
  }
  const fastest = Math.max(...speeds);
  const drawn = fastest > most ? (most - 1) / (fastest - 1) : 1;
  return speeds.map((speed) => 1 + drawn * (speed - 1));
}

/** Multiples of the golden ratio, modulo 1, are never near each other for long. */
const goldenFraction = (index: number): number => ((index + 1) * 0.618_033_988_749_895) % 1;

function between(from: Place, to: Place, share: number): Place {
  return {
    latitude: from.latitude + (to.latitude - from.latitude) * share,
    longitude: from.longitude + (to.longitude - from.longitude) * share,
  };
}
