/** The taxis of the benchmark: over an area like that of New York, and where the next report of each is. */
export interface BenchPosition {
  readonly taxiId: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly available: boolean;
  readonly occurredAt: string;
}

export const taxiCount = 10_000;

const southWest = { latitude: 40.58, longitude: -74.1 };
const degrees = 0.3;

/** A number that looks random and is the same each time, from 0 to 1: Weyl's sequence. */
const spread = (number: number, step: number): number => (number * step) % 1;

export function placeOf(number: number): { readonly latitude: number; readonly longitude: number } {
  return {
    latitude: southWest.latitude + degrees * spread(number, 0.754_877_666),
    longitude: southWest.longitude + degrees * spread(number, 0.569_840_29),
  };
}

/** The `number`th report: taxis in turn, each somewhere else than before, and later. */
export function positionOf(number: number, startMs: number): BenchPosition {
  const occurredAt = new Date(startMs + Math.floor(number / taxiCount)).toISOString();
  return { taxiId: `taxi-${number % taxiCount}`, ...placeOf(number), available: true, occurredAt };
}
