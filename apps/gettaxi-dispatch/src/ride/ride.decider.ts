/**
 * What may happen to a ride, and what follows.
 *
 * A command that was carried out already leads to nothing, so that a client which got no answer may send it again. Whoever speaks for a
 * taxi must be the taxi that is promised to the ride.
 *
 * **Fee.** A rider who calls it off owes nothing until a driver has accepted and for `freeCancellationSeconds` after that, by the times
 * that the two state; afterwards, and when the ride is under way, the cancellation fee. A driver never owes one, and a ride that its
 * driver calls off costs its rider nothing.
 */
import { type Decider } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';
import { type Place } from '../place/place.ts';
import { type Canceller, type RideEvent, type RidePosition, type RideRequest } from './ride.events.ts';
import { evolveRide, type Ride, type RideState } from './ride.ts';

/** `at` is when it happened, ISO 8601, UTC. */
export type RideCommand =
  | { readonly type: 'request'; readonly request: RideRequest }
  | {
      readonly type: 'offer';
      readonly taxiId: string;
      readonly distanceMeters: number;
      readonly expiresAt: string;
      readonly at: string;
    }
  /** Nobody was found until the search was over. */
  | { readonly type: 'giveUp'; readonly at: string }
  /** The time-out of an offer by its number, so that one that comes late ends no other. */
  | { readonly type: 'expire'; readonly offer: number; readonly at: string }
  | { readonly type: 'accept'; readonly taxiId: string; readonly at: string }
  | { readonly type: 'decline'; readonly taxiId: string; readonly at: string }
  | { readonly type: 'pickUp'; readonly taxiId: string; readonly place: Place; readonly at: string }
  | { readonly type: 'complete'; readonly taxiId: string; readonly place: Place; readonly at: string }
  | {
      readonly type: 'recordPositions';
      readonly taxiId: string;
      readonly positions: readonly RidePosition[];
      readonly at: string;
    }
  | { readonly type: 'pay'; readonly amount: string; readonly currency: string; readonly at: string }
  | { readonly type: 'cancel'; readonly by: Canceller; readonly reason: string | null; readonly at: string };

/** The stream of a ride. */
export const rideStream = (rideId: string): string => `ride-${rideId}`;

export const rideDecider: Decider<RideState, RideCommand, RideEvent> = {
  initialState: () => undefined,

  decide(command, ride) {
    if (command.type === 'request') {
      if (ride) throw rideExists(ride.rideId);
      return [{ type: 'RideRequested', data: command.request }];
    }
    if (!ride) throw rideUnknown();
    switch (command.type) {
      case 'offer':
        return offer(ride, command);
      case 'giveUp':
        return ride.status === 'requested' ? [unfulfilled(ride, 'no_taxi', command.at)] : [];
      case 'expire':
        return ride.status === 'offered' && ride.asked.length === command.offer
          ? withdrawn(ride, 'RideOfferExpired', command.at)
          : [];
      case 'accept':
        return accept(ride, command);
      case 'decline':
        return decline(ride, command);
      case 'pickUp':
        return pickUp(ride, command);
      case 'recordPositions':
        return recordPositions(ride, command);
      case 'complete':
        return complete(ride, command);
      case 'pay':
        return pay(ride, command);
      case 'cancel':
        return cancel(ride, command);
    }
  },

  evolve: evolveRide,
};

type Command<Type extends RideCommand['type']> = Extract<RideCommand, { readonly type: Type }>;

function offer(ride: Ride, { taxiId, distanceMeters, expiresAt, at }: Command<'offer'>): RideEvent[] {
  if (ride.status !== 'requested' || ride.asked.includes(taxiId)) return [];
  const data = { rideId: ride.rideId, taxiId, offer: ride.asked.length + 1, distanceMeters, expiresAt, occurredAt: at };
  return [{ type: 'RideOffered', data }];
}

function accept(ride: Ride, { taxiId, at: occurredAt }: Command<'accept'>): RideEvent[] {
  if (ride.taxiId === taxiId && ride.status === 'accepted') return [];
  if (ride.taxiId !== taxiId || ride.status !== 'offered') throw notOffered(ride, taxiId);
  return [{ type: 'RideAccepted', data: { rideId: ride.rideId, taxiId, offer: ride.asked.length, occurredAt } }];
}

function decline(ride: Ride, { taxiId, at }: Command<'decline'>): RideEvent[] {
  if (ride.status === 'offered' && ride.taxiId === taxiId) return withdrawn(ride, 'RideOfferDeclined', at);
  // Asked before, and not the one that is promised now: it has declined, or was too slow, which comes to the same.
  if (ride.taxiId !== taxiId && ride.asked.includes(taxiId)) return [];
  throw notOffered(ride, taxiId);
}

/** The taxi is free again; when as many as may be were asked, the ride ends. */
function withdrawn(ride: Ride, type: 'RideOfferDeclined' | 'RideOfferExpired', occurredAt: string): RideEvent[] {
  const { rideId, asked, terms } = ride;
  const event: RideEvent = { type, data: { rideId, taxiId: ride.taxiId!, offer: asked.length, occurredAt } };
  return asked.length < terms.maxOffers ? [event] : [event, unfulfilled(ride, 'not_accepted', occurredAt)];
}

function unfulfilled({ rideId, userId }: Ride, reason: 'no_taxi' | 'not_accepted', occurredAt: string): RideEvent {
  return { type: 'RideUnfulfilled', data: { rideId, userId, reason, occurredAt } };
}

function pickUp(ride: Ride, { taxiId, place, at: occurredAt }: Command<'pickUp'>): RideEvent[] {
  assertTaxiOf(ride, taxiId);
  if (ride.status === 'underWay') return [];
  if (ride.status !== 'accepted') throw notNow(ride, 'picked up');
  return [{ type: 'RidePickedUp', data: { rideId: ride.rideId, taxiId, place, occurredAt } }];
}

/** What was recorded before, or lies before it, is left out: a batch that comes again changes nothing. */
function recordPositions(ride: Ride, { taxiId, positions, at: occurredAt }: Command<'recordPositions'>): RideEvent[] {
  assertTaxiOf(ride, taxiId);
  if (ride.status !== 'underWay') throw notNow(ride, 'recorded');
  const later: RidePosition[] = [];
  for (const position of positions.toSorted(compareTimes))
    if (position.occurredAt > (later.at(-1) ?? ride.lastPosition!).occurredAt) later.push(position);
  if (later.length === 0) return [];
  return [{ type: 'RidePositionsRecorded', data: { rideId: ride.rideId, taxiId, positions: later, occurredAt } }];
}

const compareTimes = (one: RidePosition, other: RidePosition): number =>
  one.occurredAt < other.occurredAt ? -1 : Number(one.occurredAt > other.occurredAt);

function complete(ride: Ride, { taxiId, place, at: occurredAt }: Command<'complete'>): RideEvent[] {
  assertTaxiOf(ride, taxiId);
  if (ride.status === 'completed' || ride.status === 'paid') return [];
  if (ride.status !== 'underWay') throw notNow(ride, 'completed');
  const { rideId, userId, quoteId } = ride;
  const data = { rideId, userId, taxiId, quoteId, place, pickedUpAt: ride.pickedUpAt!, occurredAt };
  return [{ type: 'RideCompleted', data }];
}

/** A fare that comes again, or another one, changes nothing: a ride is paid once. */
function pay(ride: Ride, { amount, currency, at: occurredAt }: Command<'pay'>): RideEvent[] {
  if (ride.status !== 'completed') return [];
  const { rideId, userId, taxiId } = ride;
  return [{ type: 'RidePaid', data: { rideId, userId, taxiId: taxiId!, amount, currency, occurredAt } }];
}

function cancel(ride: Ride, { by, reason, at: occurredAt }: Command<'cancel'>): RideEvent[] {
  const { rideId, userId, taxiId, status } = ride;
  if (status === 'cancelled') return [];
  if (status === 'completed' || status === 'paid' || status === 'unfulfilled') throw notNow(ride, 'cancelled');
  if (by === 'driver' && status === 'requested') throw notNow(ride, 'cancelled by a driver');
  // A driver who has not accepted yet calls off no ride, only the offer.
  if (by === 'driver' && status === 'offered') return withdrawn(ride, 'RideOfferDeclined', occurredAt);
  const fee = by === 'rider' && isLate(ride, occurredAt) ? ride.terms.cancellationFee : '0.00';
  const { currency } = ride.terms;
  return [{ type: 'RideCancelled', data: { rideId, userId, taxiId, by, reason, fee, currency, occurredAt } }];
}

function isLate({ status, acceptedAt, terms }: Ride, at: string): boolean {
  if (acceptedAt === null) return false;
  return status === 'underWay' || Date.parse(at) - Date.parse(acceptedAt) > terms.freeCancellationSeconds * 1_000;
}

function assertTaxiOf(ride: Ride, taxiId: string): void {
  if (ride.taxiId === taxiId && ride.status !== 'offered') return;
  throw Problem.conflict('taxi-not-of-ride', `Ride ${ride.rideId} is not taxi ${taxiId}'s.`);
}

function notOffered({ rideId, status }: Ride, taxiId: string): Problem {
  const detail = `Ride ${rideId} is not offered to taxi ${taxiId}, or not any more; it is ${status}.`;
  return Problem.conflict('ride-not-offered', detail);
}

function notNow({ rideId, status }: Ride, what: string): Problem {
  return Problem.conflict('ride-status', `Ride ${rideId} is ${status}: it cannot be ${what} now.`);
}

export function rideExists(rideId: string): Problem {
  return Problem.conflict('ride-exists', `There is a ride ${rideId} already. Choose another rideId, or leave it out.`);
}

export function rideUnknown(): Problem {
  return Problem.notFound('ride-unknown', 'There is no such ride.');
}
