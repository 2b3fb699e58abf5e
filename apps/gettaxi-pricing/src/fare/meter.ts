/**
 * The meter: a unit is a fifth of a mile when driven at 12 miles an hour or faster, and 60 seconds when slower or standing. At 12 miles an
 * hour both are the same, so a stretch driven at one speed has as many units as the greater of the two says:
 *
 *     units of a stretch = max(distance / (1 / 5 mile), time / 60 s)
 *
 * Units add up over the stretches between positions; a unit is charged when it is full.
 *
 * Where only a ride's distance and time are known, its speed was not the mean all along: it stood at lights and drove fast in between.
 * Speed is then taken to be exponentially distributed over the ride's time, the distribution of least assumption with a known mean, so
 *
 *     units = time / 60 s * (1 + x * exp(-1 / x)),    x = mean speed / 12 mph
 *
 * which is E[max(speed / 12 mph, 1)] of that distribution. Nothing in it is fitted to any ride.
 *
 * Source: New York City, Rules of the Taxi & Limousine Commission, § 58-26 (rates of 2012).
 */

export const metersPerMile = 1_609.344;

export interface MeterUnits {
  readonly unitMeters: number;
  readonly unitMs: number;
}

/** A stretch at one speed, in units. */
export function unitsOfStretch(meters: number, durationMs: number, { unitMeters, unitMs }: MeterUnits): number {
  return Math.max(meters / unitMeters, durationMs / unitMs);
}

/** A whole ride of which only distance and time are known, in units. */
export function unitsOfRide(meters: number, durationMs: number, units: MeterUnits): number {
  const byDistance = meters / units.unitMeters;
  const byTime = durationMs / units.unitMs;
  if (byTime <= 0 || byDistance <= 0) return Math.max(byDistance, byTime, 0);
  // The formula without its quotient by the time, which the shortest times make infinite.
  return byTime + byDistance * Math.exp(-byTime / byDistance);
}

/** Full units; what computing with fractions loses is not taken from the driver. */
export const fullUnits = (units: number): number => Math.floor(units + 1e-6);
