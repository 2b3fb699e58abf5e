/** The meter from distance and time alone, beside what New York's meters said. */
import { expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { absence, NewYearsNight } from '../../fixtures/nyc-taxi.ts';
import { metersPerMile, unitsOfRide } from './meter.ts';
import { RateCard } from './rate-card.ts';
import { RateCardConfig } from './rate-card.config.ts';

describeUnless(absence, 'the fares of the recorded night', () => {
  it('are hit to $0.50 at the median and to $2.00 at the 90th percentile', async () => {
    const night = await NewYearsNight.open();
    const card = new RateCard(new RateCardConfig({}));
    const errors = night.trips
      .map(({ miles, seconds, pickedUpMs, fareAmount }) => {
        const units = unitsOfRide(miles * metersPerMile, seconds * 1_000, card.track);
        const { entryCents, meteredCents } = card.fareOf(units, 1, new Date(pickedUpMs));
        return (entryCents + meteredCents) / 100 - fareAmount;
      })
      .sort((one, other) => one - other);
    night.close();
    const absolute = errors.map(Math.abs).sort((one, other) => one - other);
    const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
    const [median, ninetieth, bias] = [at(absolute, 0.5), at(absolute, 0.9), at(errors, 0.5)];
    console.log(
      `${errors.length} fares: off by $${median.toFixed(2)} at the median, $${ninetieth.toFixed(2)} at the 90th percentile; ` +
        `median of the difference $${bias.toFixed(2)}`,
    );
    expect(median).toBeLessThanOrEqual(0.5);
    expect(ninetieth).toBeLessThanOrEqual(2);
    expect(Math.abs(bias)).toBeLessThanOrEqual(0.5);
  });
});
