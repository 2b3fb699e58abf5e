/** What happens to a ride. Private to this service: the public events of the same moments are contracts. */
import { type DomainEvent } from '@headwater/event-sourcing';
import { type Place } from '../place/place.ts';

/** Where the taxi of a ride was; `occurredAt` is ISO 8601, UTC, like every time here. */
export interface RidePosition extends Place {
  readonly occurredAt: string;
}

/** What holds for a ride from its request on, whatever the configuration becomes. */
export interface RideTerms {
  /** Offers after which nobody else is asked. */
  readonly maxOffers: number;
  /** What a rider owes who calls it off late, for example `5.00`, in `currency`. */
  readonly cancellationFee: string;
  readonly currency: string;
  /** Time after the acceptance in which a rider may call it off for nothing. */
  readonly freeCancellationSeconds: number;
}

export interface RideRequest {
  readonly rideId: string;
  readonly userId: string;
  readonly pickup: Place;
  readonly dropOff: Place | null;
  readonly quoteId: string | null;
  readonly requestedAt: string;
  /** Until when a taxi is searched for, by this service's clock. */
  readonly searchUntil: string;
  readonly terms: RideTerms;
}

interface OfRide {
  readonly rideId: string;
  readonly occurredAt: string;
}

interface OfOffer extends OfRide {
  readonly taxiId: string;
  /** 1 for the ride's first. */
  readonly offer: number;
}

interface OfTaxi extends OfRide {
  readonly taxiId: string;
}

export const cancellers = ['rider', 'driver'] as const;
export type Canceller = (typeof cancellers)[number];

export type RideEvent =
  | DomainEvent<'RideRequested', RideRequest>
  | DomainEvent<'RideOffered', OfOffer & { readonly distanceMeters: number; readonly expiresAt: string }>
  | DomainEvent<'RideOfferDeclined', OfOffer>
  | DomainEvent<'RideOfferExpired', OfOffer>
  | DomainEvent<'RideAccepted', OfOffer>
  | DomainEvent<'RidePickedUp', OfTaxi & { readonly place: Place }>
  | DomainEvent<'RidePositionsRecorded', OfTaxi & { readonly positions: readonly RidePosition[] }>
  | DomainEvent<
      'RideCompleted',
      OfTaxi & {
        readonly userId: string;
        readonly quoteId: string | null;
        readonly place: Place;
        readonly pickedUpAt: string;
      }
    >
  | DomainEvent<'RidePaid', OfTaxi & { readonly userId: string; readonly amount: string; readonly currency: string }>
  | DomainEvent<
      'RideCancelled',
      OfRide & {
        readonly userId: string;
        readonly taxiId: string | null;
        readonly by: Canceller;
        readonly reason: string | null;
        readonly fee: string;
        readonly currency: string;
      }
    >
  | DomainEvent<'RideUnfulfilled', OfRide & { readonly userId: string; readonly reason: 'no_taxi' | 'not_accepted' }>;
