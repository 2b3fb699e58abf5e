import { defineConfig, integer, text } from '@headwater/service-kit';
import { type RideTerms } from '../ride/ride.events.ts';

/** How rides are matched and on what terms; a ride keeps the terms of its request. */
export class MatchingConfig extends defineConfig({
  offerSeconds: integer({ default: 15, min: 1, max: 600, description: 'seconds that a driver has for an answer' }),
  maxOffers: integer({
    default: 5,
    min: 1,
    max: 100,
    description: 'taxis that are asked for a ride; when none of them accepts, the ride ends as unfulfilled',
  }),
  maxPickupMeters: integer({
    default: 30_000,
    min: 100,
    max: 1_000_000,
    description: 'meters beyond which a taxi is too far away to be asked',
  }),
  searchSeconds: integer({
    default: 30,
    min: 0,
    max: 3_600,
    description:
      'seconds after its request in which a ride waits for a taxi while none is free; then it ends as unfulfilled',
  }),
  cancellationFee: text({
    default: '5.00',
    pattern: /^\d{1,6}\.\d{2}$/,
    shape: 'an amount such as 5.00',
    description: 'what a rider owes who calls a ride off late',
  }),
  cancellationCurrency: text({
    default: 'USD',
    pattern: /^[A-Z]{3}$/,
    shape: 'three capital letters (ISO 4217)',
    description: 'currency of the cancellation fee',
  }),
  freeCancellationSeconds: integer({
    default: 120,
    min: 0,
    max: 3_600,
    description: 'seconds after the acceptance in which a rider calls a ride off for nothing',
  }),
}) {
  get terms(): RideTerms {
    const { maxOffers, cancellationFee, cancellationCurrency: currency, freeCancellationSeconds } = this;
    return { maxOffers, cancellationFee, currency, freeCancellationSeconds };
  }
}
