import { defineConfig, integer, text } from '@headwater/service-kit';

/** What a ride costs. The defaults are New York's card of 2012. */
export class RateCardConfig extends defineConfig({
  fareCurrency: text({
    default: 'USD',
    pattern: /^[A-Z]{3}$/,
    shape: 'three capital letters',
    description: 'ISO 4217',
  }),
  fareEntryCents: integer({ default: 250, min: 0, max: 100_000, description: 'for getting in, in hundredths' }),
  fareUnitCents: integer({ default: 50, min: 0, max: 100_000, description: 'for each full unit, in hundredths' }),
  fareUnitsPerMile: integer({ default: 5, min: 1, max: 1_000, description: 'units of a mile that is driven fast' }),
  fareUnitSeconds: integer({
    default: 60,
    min: 1,
    max: 3_600,
    description: 'seconds of a unit when driving slower than a unit of distance in this time, or standing',
  }),
  fareNightCents: integer({ default: 50, min: 0, max: 100_000, description: 'for a ride that begins at night' }),
  fareNightFromHour: integer({ default: 20, min: 0, max: 23, description: 'hour in which the night begins' }),
  fareNightUntilHour: integer({ default: 6, min: 0, max: 23, description: 'hour in which the night is over' }),
  fareTimeZone: text({
    default: 'America/New_York',
    pattern: /^[A-Za-z0-9_+\-/]{1,64}$/,
    shape: 'a time zone such as America/New_York',
    description: 'where the night is looked at',
  }),
  fareTaxCents: integer({ default: 50, min: 0, max: 100_000, description: 'for each ride, in hundredths' }),
  fareMaxSpeedMph: integer({
    default: 100,
    min: 1,
    max: 1_000,
    description: 'miles an hour; positions that ask for more are dropped',
  }),
  fareGapSeconds: integer({
    default: 120,
    min: 1,
    max: 86_400,
    description: 'seconds without a position that count as a gap, bridged by a straight line',
  }),
  quoteDetourPercent: integer({
    default: 130,
    min: 100,
    max: 1_000,
    description: 'length of streets in percent of the straight line, for the estimate of a quote',
  }),
  quoteSpeedMph: integer({ default: 12, min: 1, max: 200, description: 'mean speed of a ride, for the same' }),
  quoteValidSeconds: integer({ default: 300, min: 1, max: 86_400, description: 'seconds that a quote is honored' }),
}) {}
