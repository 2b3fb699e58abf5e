import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fullUnits, metersPerMile, unitsOfRide, unitsOfStretch } from './meter.ts';
import { RateCard } from './rate-card.ts';
import { RateCardConfig } from './rate-card.config.ts';

const units = { unitMeters: metersPerMile / 5, unitMs: 60_000 };
const minute = 60_000;

describe('the meter', () => {
  it.each([
    { what: 'a minute of standing', miles: 0, minutes: 1, expected: 1 },
    { what: 'a mile at 30 mph', miles: 1, minutes: 2, expected: 5 },
    { what: 'a mile at 12 mph, where both count the same', miles: 1, minutes: 5, expected: 5 },
    { what: 'a mile at 6 mph, which is time', miles: 1, minutes: 10, expected: 10 },
  ])('counts $what as $expected units', ({ miles, minutes, expected }) => {
    expect(fullUnits(unitsOfStretch(miles * metersPerMile, minutes * minute, units))).toBe(expected);
  });

  it('counts a ride of which only distance and time are known as at least either of them, and at most both', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        (meters, ms) => {
          const byDistance = meters / units.unitMeters;
          const byTime = ms / units.unitMs;
          const counted = unitsOfRide(meters, ms, units);
          expect(counted).toBeGreaterThanOrEqual(Math.max(byDistance, byTime) * (1 - 1e-9));
          expect(counted).toBeLessThanOrEqual((byDistance + byTime) * (1 + 1e-9));
        },
      ),
      { examples: [[3e-13, 1.5e-319]] },
    );
  });

  it('is the mean over speeds that are exponentially distributed', () => {
    // 100,000 quantiles of the distribution with a mean of 9 mph, an hour long.
    const count = 100_000;
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const mph = -9 * Math.log(1 - (index + 0.5) / count);
      sum += unitsOfStretch((mph * metersPerMile) / count, (60 * minute) / count, units);
    }
    expect(unitsOfRide(9 * metersPerMile, 60 * minute, units)).toBeCloseTo(sum, 1);
  });
});

describe('the rate card', () => {
  const card = new RateCard(new RateCardConfig({}));

  it('is that of New York in 2012 when nothing else is said', () => {
    expect(card.fareOf(7.9, 1, new Date('2013-01-01T17:00:00Z'))).toEqual({
      units: 7,
      entryCents: 250,
      meteredCents: 350,
      nightCents: 0,
      taxCents: 50,
      surge: 1,
      totalCents: 650,
    });
  });

  it.each([
    ['2013-01-01T05:00:00Z', 50],
    ['2013-01-01T10:59:59Z', 50],
    ['2013-01-01T11:00:00Z', 0],
    ['2013-07-01T23:59:59Z', 0],
    ['2013-07-02T00:00:00Z', 50],
  ])('looks at the night where the city is: at %s the surcharge is %d cents', (at, nightCents) => {
    expect(card.fareOf(0, 1, new Date(at)).nightCents).toBe(nightCents);
  });

  it('multiplies what the meter says, and neither surcharge nor tax', () => {
    expect(card.fareOf(10, 1.5, new Date('2013-01-01T05:00:00Z')).totalCents).toBe((250 + 500) * 1.5 + 50 + 50);
  });

  it('refuses a time zone that nobody knows', () => {
    expect(() => new RateCard(new RateCardConfig({ FARE_TIME_ZONE: 'Mars/Olympus' }))).toThrow(RangeError);
  });
});
