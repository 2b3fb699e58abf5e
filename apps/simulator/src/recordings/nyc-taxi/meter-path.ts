/** Where a taxi was between pick-up and drop-off, which the records do not say: a plain path of the recorded length. */
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

/** Positions of the meter: one at the pick-up and each `everyMs` after it, and one at the drop-off, at one speed. */
export function meterPositions(from: TimedPlace, to: TimedPlace, drivenMeters: number, everyMs: number): TimedPlace[] {
  const apex = apexOf(from, to, drivenMeters);
  const durationMs = to.occurredAtMs - from.occurredAtMs;
  const positions: TimedPlace[] = [];
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += everyMs) {
    const share = elapsedMs / durationMs;
    const place = share < 0.5 ? between(from, apex, share * 2) : between(apex, to, share * 2 - 1);
    positions.push({ ...place, occurredAtMs: from.occurredAtMs + elapsedMs });
  }
  positions.push({ latitude: to.latitude, longitude: to.longitude, occurredAtMs: to.occurredAtMs });
  return positions;
}

function between(from: Place, to: Place, share: number): Place {
  return {
    latitude: from.latitude + (to.latitude - from.latitude) * share,
    longitude: from.longitude + (to.longitude - from.longitude) * share,
  };
}
