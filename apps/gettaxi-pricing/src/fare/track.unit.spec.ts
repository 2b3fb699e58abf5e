import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { metersPerMile } from './meter.ts';
import { metersBetween, meterTrack, type Position, type TrackRules } from './track.ts';

const rules: TrackRules = {
  unitMeters: metersPerMile / 5,
  unitMs: 60_000,
  maxMetersPerMs: (100 * metersPerMile) / 3_600_000,
  gapMs: 120_000,
};
const startMs = 1_357_016_400_000;
/** Degrees of latitude in a mile. */
const mile = metersPerMile / 111_195.08;

/** Northward at one speed, a position each 10 seconds. */
const straight = (mph: number, seconds: number): Position[] =>
  Array.from({ length: seconds / 10 + 1 }, (_, index) => ({
    latitude: 40.7 + (index * 10 * mph * mile) / 3_600,
    longitude: -74,
    occurredAtMs: startMs + index * 10_000,
  }));

describe('a track of positions', () => {
  it('has the distance between its positions, and the time from the first to the last', () => {
    const { distanceMeters, durationMs, units, positions } = meterTrack(straight(30, 120), rules);
    expect(distanceMeters).toBeCloseTo(metersPerMile, -1);
    expect(durationMs).toBe(120_000);
    expect(units).toBeCloseTo(5, 1);
    expect(positions).toBe(13);
  });

  it('adds up stretches by themselves: fast ones by distance, slow ones by time', () => {
    const fast = straight(30, 120);
    const last = fast.at(-1)!;
    const standing = [1, 2, 3].map((minutes) => ({ ...last, occurredAtMs: last.occurredAtMs + minutes * 60_000 }));
    expect(meterTrack([...fast, ...standing], rules).units).toBeCloseTo(5 + 3, 1);
  });

  it.each([0, 5, 12])('drops position %d when it lies across the river', (index) => {
    const recorded = straight(30, 120);
    const clean = meterTrack(
      recorded.filter((_, other) => other !== index),
      rules,
    );
    recorded[index] = { ...recorded[index]!, longitude: -74.2 };
    expect(meterTrack(recorded, rules)).toEqual({ ...clean, outliers: 1 });
  });

  it('bridges a gap by a straight line, and says so', () => {
    const recorded = straight(30, 600);
    const whole = meterTrack(recorded, rules);
    const holed = meterTrack([...recorded.slice(0, 10), ...recorded.slice(40)], rules);
    expect(holed.gaps).toBe(1);
    expect(holed.units).toBeCloseTo(whole.units, 6);
    expect(holed.distanceMeters).toBeCloseTo(whole.distanceMeters, 3);
  });

  it('does not care for the order in which positions are given, nor for copies', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(straight(20, 200), { minLength: 2 }), (recorded) => {
        const inOrder = [...recorded].sort((one, other) => one.occurredAtMs - other.occurredAtMs);
        expect(meterTrack([...recorded, ...recorded.slice(0, 3)], rules)).toEqual(meterTrack(inOrder, rules));
      }),
    );
  });

  it('of no or one position has nothing', () => {
    const nothing = { units: 0, distanceMeters: 0, durationMs: 0, outliers: 0, gaps: 0 };
    expect(meterTrack([], rules)).toEqual({ ...nothing, positions: 0 });
    expect(meterTrack(straight(10, 0), rules)).toEqual({ ...nothing, positions: 1 });
  });

  it('keeps the most that fits together of a noisy receiver', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 20 }), (wrong) => {
        const recorded = straight(25, 600);
        for (const index of wrong)
          recorded[index] = { ...recorded[index]!, latitude: recorded[index]!.latitude + 1 + index };
        expect(meterTrack(recorded, rules).outliers).toBe(wrong.length);
      }),
    );
  });

  it('measures on the great circle', () => {
    const timesSquare = { latitude: 40.758, longitude: -73.9855 };
    const airport = { latitude: 40.6413, longitude: -73.7781 };
    expect(metersBetween(timesSquare, airport) / 1_000).toBeCloseTo(21.8, 0);
  });
});
