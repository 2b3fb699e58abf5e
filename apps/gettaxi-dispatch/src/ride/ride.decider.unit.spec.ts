import { describe, it } from '@jest/globals';
import { specifyDecider } from '@headwater/testkit/specification';
import { rideDecider, type RideCommand } from './ride.decider.ts';
import { type Canceller, type RideEvent, type RideRequest } from './ride.events.ts';

const at = (minute: number, second = 0): string => new Date(Date.UTC(2013, 0, 1, 5, minute, second)).toISOString();
const home = { latitude: 40.75, longitude: -73.98 };
const office = { latitude: 40.71, longitude: -74.01 };
const rideId = 'r1';
const userId = 'ann';

const request: RideRequest = {
  rideId,
  userId,
  pickup: home,
  dropOff: office,
  quoteId: 'q1',
  requestedAt: at(0),
  searchUntil: at(1),
  terms: { maxOffers: 2, cancellationFee: '5.00', currency: 'USD', freeCancellationSeconds: 120 },
};
const requested: RideEvent = { type: 'RideRequested', data: request };
const offer = (taxiId: string, minute: number): RideCommand => ({
  type: 'offer',
  taxiId,
  distanceMeters: 120,
  expiresAt: at(minute, 15),
  at: at(minute),
});
const offered = (taxiId: string, number: number, minute: number): RideEvent => ({
  type: 'RideOffered',
  data: {
    rideId,
    taxiId,
    offer: number,
    distanceMeters: 120,
    expiresAt: at(minute, 15),
    occurredAt: at(minute),
  },
});
const answer = (
  type: 'RideOfferDeclined' | 'RideOfferExpired' | 'RideAccepted',
  taxiId: string,
  number: number,
  minute: number,
): RideEvent => ({ type, data: { rideId, taxiId, offer: number, occurredAt: at(minute) } });
const unfulfilled = (reason: 'no_taxi' | 'not_accepted', minute: number): RideEvent => ({
  type: 'RideUnfulfilled',
  data: { rideId, userId, reason, occurredAt: at(minute) },
});
const accepted = answer('RideAccepted', 't1', 1, 2);
const pickedUp: RideEvent = {
  type: 'RidePickedUp',
  data: { rideId, taxiId: 't1', place: home, occurredAt: at(5) },
};
const recorded = (...seconds: number[]): RideEvent => ({
  type: 'RidePositionsRecorded',
  data: {
    rideId,
    taxiId: 't1',
    positions: seconds.map((second) => ({ ...home, occurredAt: at(5, second) })),
    occurredAt: at(6),
  },
});
const record = (...seconds: number[]): RideCommand => ({
  type: 'recordPositions',
  taxiId: 't1',
  positions: seconds.map((second) => ({ ...home, occurredAt: at(5, second) })),
  at: at(6),
});
const complete: RideCommand = { type: 'complete', taxiId: 't1', place: office, at: at(15) };
const completed: RideEvent = {
  type: 'RideCompleted',
  data: { rideId, userId, taxiId: 't1', quoteId: 'q1', place: office, pickedUpAt: at(5), occurredAt: at(15) },
};
const pay = (amount: string): RideCommand => ({ type: 'pay', amount, currency: 'USD', at: at(16) });
const paid: RideEvent = {
  type: 'RidePaid',
  data: { rideId, userId, taxiId: 't1', amount: '12.50', currency: 'USD', occurredAt: at(16) },
};
const cancel = (by: Canceller, minute: number): RideCommand => ({ type: 'cancel', by, reason: null, at: at(minute) });
const cancelled = (by: Canceller, taxiId: string | null, fee: string, minute: number): RideEvent => ({
  type: 'RideCancelled',
  data: { rideId, userId, taxiId, by, reason: null, fee, currency: 'USD', occurredAt: at(minute) },
});

const ride = specifyDecider(rideDecider);
const toOffered = [requested, offered('t1', 1, 1)];
const toAccepted = [...toOffered, accepted];
const underWay = [...toAccepted, pickedUp];

describe('a ride', () => {
  it('is requested once', () => {
    ride.given().when({ type: 'request', request }).thenEvents(requested);
    ride.given(requested).when({ type: 'request', request }).thenRefused({ code: 'ride-exists' });
    ride.given().when(offer('t1', 1)).thenRefused({ code: 'ride-unknown' });
  });

  it('goes from the offer to the payment, and what comes again changes nothing', () => {
    ride
      .given(requested)
      .when(offer('t1', 1))
      .thenEvents(offered('t1', 1, 1));
    const accept: RideCommand = { type: 'accept', taxiId: 't1', at: at(2) };
    ride
      .given(...toOffered)
      .when(accept)
      .thenEvents(accepted);
    ride
      .given(...toAccepted)
      .when(accept)
      .thenNothing();
    const pickUp: RideCommand = { type: 'pickUp', taxiId: 't1', place: home, at: at(5) };
    ride
      .given(...toAccepted)
      .when(pickUp)
      .thenEvents(pickedUp);
    ride
      .given(...underWay)
      .when(pickUp)
      .thenNothing();
    ride
      .given(...underWay)
      .when(complete)
      .thenEvents(completed);
    ride
      .given(...underWay, completed)
      .when(complete)
      .thenNothing();
    ride
      .given(...underWay, completed)
      .when(pay('12.50'))
      .thenEvents(paid);
    ride
      .given(...underWay, completed, paid)
      .when(pay('13.00'))
      .thenNothing();
    ride
      .given(...underWay, completed, paid)
      .when(complete)
      .thenNothing();
  });

  it('is offered to another taxi after an answer that is no, and never to the same again', () => {
    const declined = answer('RideOfferDeclined', 't1', 1, 2);
    const decline: RideCommand = { type: 'decline', taxiId: 't1', at: at(2) };
    ride
      .given(...toOffered)
      .when(decline)
      .thenEvents(declined);
    ride
      .given(...toOffered, declined)
      .when(decline)
      .thenNothing();
    ride
      .given(...toOffered, declined)
      .when(offer('t1', 3))
      .thenNothing();
    ride
      .given(...toOffered, declined)
      .when(offer('t2', 3))
      .thenEvents(offered('t2', 2, 3));
    ride
      .given(...toOffered, declined, offered('t2', 2, 3))
      .when(decline)
      .thenNothing();
    ride
      .given(...toOffered, declined)
      .when({ type: 'accept', taxiId: 't1', at: at(3) })
      .thenRefused({ code: 'ride-not-offered' });
  });

  it('ends an offer by its time-out, but not the one that follows', () => {
    const expire: RideCommand = { type: 'expire', offer: 1, at: at(2) };
    const expired = answer('RideOfferExpired', 't1', 1, 2);
    ride
      .given(...toOffered)
      .when(expire)
      .thenEvents(expired);
    ride
      .given(...toAccepted)
      .when(expire)
      .thenNothing();
    ride
      .given(...toOffered, expired, offered('t2', 2, 3))
      .when(expire)
      .thenNothing();
  });

  it('ends as unfulfilled when as many as may be were asked, or nobody is there', () => {
    const expired = answer('RideOfferExpired', 't1', 1, 2);
    const second = [...toOffered, expired, offered('t2', 2, 3)];
    const over = [answer('RideOfferDeclined', 't2', 2, 4), unfulfilled('not_accepted', 4)];
    ride
      .given(...second)
      .when({ type: 'decline', taxiId: 't2', at: at(4) })
      .thenEvents(...over);
    ride
      .given(...second, ...over)
      .when(offer('t3', 5))
      .thenNothing();
    ride
      .given(requested)
      .when({ type: 'giveUp', at: at(1) })
      .thenEvents(unfulfilled('no_taxi', 1));
    ride
      .given(...toOffered)
      .when({ type: 'giveUp', at: at(1) })
      .thenNothing();
  });

  it('records where the taxi went once, in the order of time', () => {
    ride
      .given(...underWay)
      .when(record(30, 10, 20))
      .thenEvents(recorded(10, 20, 30));
    ride
      .given(...underWay, recorded(10, 20))
      .when(record(10, 20))
      .thenNothing();
    ride
      .given(...underWay, recorded(10, 20))
      .when(record(15, 20, 25))
      .thenEvents(recorded(25));
    ride
      .given(...underWay)
      .when(record(0))
      .thenNothing();
    ride
      .given(...toAccepted)
      .when(record(10))
      .thenRefused({ code: 'ride-status' });
    ride
      .given(...underWay, completed)
      .when(record(10))
      .thenRefused({ code: 'ride-status' });
  });

  it('listens to no other taxi', () => {
    const other = { taxiId: 't2', at: at(3) } as const;
    ride
      .given(...toOffered)
      .when({ type: 'accept', ...other })
      .thenRefused({ code: 'ride-not-offered' });
    ride
      .given(...toOffered)
      .when({ type: 'decline', ...other })
      .thenRefused({ code: 'ride-not-offered' });
    ride
      .given(...toAccepted)
      .when({ type: 'pickUp', place: home, ...other })
      .thenRefused({ code: 'taxi-not-of-ride' });
    ride
      .given(...underWay)
      .when({ type: 'complete', place: home, ...other })
      .thenRefused({ code: 'taxi-not-of-ride' });
    ride
      .given(...toOffered)
      .when({ type: 'pickUp', place: home, taxiId: 't1', at: at(3) })
      .thenRefused({ code: 'taxi-not-of-ride' });
  });
});

describe('a cancelled ride', () => {
  it('costs its rider nothing until two minutes after the acceptance, and the fee afterwards', () => {
    ride
      .given(requested)
      .when(cancel('rider', 30))
      .thenEvents(cancelled('rider', null, '0.00', 30));
    ride
      .given(...toOffered)
      .when(cancel('rider', 30))
      .thenEvents(cancelled('rider', 't1', '0.00', 30));
    ride
      .given(...toAccepted)
      .when(cancel('rider', 4))
      .thenEvents(cancelled('rider', 't1', '0.00', 4));
    ride
      .given(...toAccepted)
      .when(cancel('rider', 5))
      .thenEvents(cancelled('rider', 't1', '5.00', 5));
    ride
      .given(...underWay)
      .when(cancel('rider', 5))
      .thenEvents(cancelled('rider', 't1', '5.00', 5));
  });

  it('costs nobody anything when its driver calls it off; before accepting, that is a decline', () => {
    ride
      .given(...toAccepted)
      .when(cancel('driver', 30))
      .thenEvents(cancelled('driver', 't1', '0.00', 30));
    ride
      .given(...underWay)
      .when(cancel('driver', 30))
      .thenEvents(cancelled('driver', 't1', '0.00', 30));
    ride
      .given(...toOffered)
      .when(cancel('driver', 2))
      .thenEvents(answer('RideOfferDeclined', 't1', 1, 2));
    ride.given(requested).when(cancel('driver', 2)).thenRefused({ code: 'ride-status' });
  });

  it('stays cancelled, and one that is over is not cancelled', () => {
    const over = cancelled('rider', null, '0.00', 2);
    ride.given(requested, over).when(cancel('rider', 3)).thenNothing();
    ride.given(requested, over).when(offer('t1', 3)).thenNothing();
    ride
      .given(...underWay, completed)
      .when(cancel('rider', 20))
      .thenRefused({ code: 'ride-status' });
    ride
      .given(...underWay, completed, paid)
      .when(cancel('driver', 20))
      .thenRefused({ code: 'ride-status' });
    ride.given(requested, unfulfilled('no_taxi', 1)).when(cancel('rider', 20)).thenRefused({ code: 'ride-status' });
  });
});
