/** A ride as it is after its events: what the decider decides on, and what the read model keeps. */
import { type Place } from '../place/place.ts';
import { type Canceller, type RideEvent, type RidePosition, type RideRequest } from './ride.events.ts';

/**
 * ```
 * requested ⇄ offered → accepted → underWay → completed → paid
 *     ↓          ↓          ↓          ↓
 * unfulfilled    └──── cancelled ──────┘   (a requested one may be cancelled, too)
 * ```
 */
export const rideStatuses = [
  'requested',
  'offered',
  'accepted',
  'underWay',
  'completed',
  'paid',
  'cancelled',
  'unfulfilled',
] as const;
export type RideStatus = (typeof rideStatuses)[number];

/** Those of a ride that is not over. */
export const activeStatuses = ['requested', 'offered', 'accepted', 'underWay'] as const satisfies readonly RideStatus[];

export const isActive = ({ status }: Ride): boolean => (activeStatuses as readonly RideStatus[]).includes(status);

export interface Ride extends RideRequest {
  readonly status: RideStatus;
  /** The taxi that is promised to the ride, or that carried it; null while there is none. */
  readonly taxiId: string | null;
  /** Taxis that were asked, in their order. */
  readonly asked: readonly string[];
  /** From the taxi to the pick-up when it was offered. */
  readonly distanceMeters: number | null;
  /** When the open offer expires. */
  readonly offerExpiresAt: string | null;
  readonly acceptedAt: string | null;
  readonly pickedUpAt: string | null;
  readonly pickedUpFrom: Place | null;
  /** How many were recorded. */
  readonly positions: number;
  readonly lastPosition: RidePosition | null;
  /** When it was completed, cancelled or given up. */
  readonly endedAt: string | null;
  readonly cancelledBy: Canceller | null;
  /** What was paid, or is owed for a late cancellation; null while that is open. */
  readonly charge: { readonly amount: string; readonly currency: string } | null;
}

/** Undefined before the request. */
export type RideState = Ride | undefined;

const unanswered = { taxiId: null, distanceMeters: null, offerExpiresAt: null } as const;

export function evolveRide(ride: RideState, event: RideEvent): RideState {
  if (event.type === 'RideRequested') return newRide(event.data);
  return ride && changedRide(ride, event);
}

function newRide(request: RideRequest): Ride {
  return {
    ...request,
    ...unanswered,
    status: 'requested',
    asked: [],
    acceptedAt: null,
    pickedUpAt: null,
    pickedUpFrom: null,
    positions: 0,
    lastPosition: null,
    endedAt: null,
    cancelledBy: null,
    charge: null,
  };
}

function changedRide(ride: Ride, event: Exclude<RideEvent, { readonly type: 'RideRequested' }>): Ride {
  const { occurredAt } = event.data;
  switch (event.type) {
    case 'RideOffered': {
      const { taxiId, distanceMeters, expiresAt: offerExpiresAt } = event.data;
      return { ...ride, status: 'offered', taxiId, distanceMeters, offerExpiresAt, asked: [...ride.asked, taxiId] };
    }
    case 'RideOfferDeclined':
    case 'RideOfferExpired':
      return { ...ride, ...unanswered, status: 'requested' };
    case 'RideAccepted':
      return { ...ride, status: 'accepted', offerExpiresAt: null, acceptedAt: occurredAt };
    case 'RidePickedUp': {
      const { place } = event.data;
      const lastPosition = { ...place, occurredAt };
      return { ...ride, status: 'underWay', pickedUpAt: occurredAt, pickedUpFrom: place, lastPosition };
    }
    case 'RidePositionsRecorded': {
      const { positions } = event.data;
      return { ...ride, positions: ride.positions + positions.length, lastPosition: positions.at(-1)! };
    }
    case 'RideCompleted':
      return { ...ride, status: 'completed', endedAt: occurredAt, lastPosition: { ...event.data.place, occurredAt } };
    case 'RidePaid': {
      const { amount, currency } = event.data;
      return { ...ride, status: 'paid', charge: { amount, currency } };
    }
    case 'RideCancelled': {
      const { by: cancelledBy, fee: amount, currency } = event.data;
      return {
        ...ride,
        status: 'cancelled',
        offerExpiresAt: null,
        endedAt: occurredAt,
        cancelledBy,
        charge: { amount, currency },
      };
    }
    case 'RideUnfulfilled':
      return { ...ride, status: 'unfulfilled', endedAt: occurredAt };
  }
}
