/** Requests of GetTaxi's APIs, which the recording and synthetic load share. */
import { type TraceEvent } from '../replay/trace.ts';
import { refusedItems } from './refused-items.ts';

export const DISPATCH = 'gettaxi-dispatch';
export const PRICING = 'gettaxi-pricing';

export interface Place {
  /** WGS 84, degrees. */
  readonly latitude: number;
  readonly longitude: number;
}

export interface TimedPlace extends Place {
  /** Milliseconds since the epoch. */
  readonly occurredAtMs: number;
}

export interface TaxiPosition extends TimedPlace {
  readonly taxiId: string;
  /** Free for hire. */
  readonly available: boolean;
}

export interface UserPosition extends TimedPlace {
  readonly userId: string;
}

export interface RideRequest {
  readonly rideId: string;
  readonly userId: string;
  readonly pickup: Place;
  readonly dropOff: Place;
  readonly quoteId?: string;
  readonly requestedAtMs: number;
}

/** A ride as dispatch answers it, as far as the simulator looks at it. */
export interface Ride {
  readonly rideId: string;
  readonly status:
    'requested' | 'offered' | 'accepted' | 'underWay' | 'completed' | 'paid' | 'cancelled' | 'unfulfilled';
  /** The taxi that is asked or promised. */
  readonly taxiId: string | null;
}

/** What a driver or a rider says of a ride. */
export const RIDE_COMMANDS = {
  accept: 'acceptances',
  decline: 'refusals of drivers',
  'pick-up': 'pick-ups',
  positions: 'meter positions',
  complete: 'completions',
  cancel: 'cancellations',
} as const;

export type RideCommand = keyof typeof RIDE_COMMANDS;

type Identity = Pick<TraceEvent, 'idempotencyKey' | 'origin' | 'occurredAtMs' | 'chain' | 'mayConflict'>;

const common = { begins: false, service: DISPATCH, method: 'POST', count: 1 } as const;

export function taxiPositionsRequest(positions: readonly TaxiPosition[], identity: Identity): TraceEvent {
  const body = { positions: positions.map(withTime) };
  return {
    ...common,
    ...identity,
    kind: 'taxi positions',
    path: '/taxis/positions',
    body,
    count: positions.length,
    refusedItems,
  };
}

export function userPositionsRequest(positions: readonly UserPosition[], identity: Identity): TraceEvent {
  const body = { positions: positions.map(withTime) };
  return {
    ...common,
    ...identity,
    kind: 'user positions',
    path: '/users/positions',
    body,
    count: positions.length,
    refusedItems,
  };
}

export function rideRequest({ requestedAtMs, ...ride }: RideRequest, identity: Identity): TraceEvent {
  const body = { ...ride, requestedAt: new Date(requestedAtMs).toISOString() };
  return { ...common, ...identity, kind: 'ride requests', path: '/rides', body };
}

/** @param body what the command says beside its time; a function is asked when the request is sent */
export function rideCommandRequest(
  rideId: string,
  command: RideCommand,
  body: () => Readonly<Record<string, unknown>>,
  identity: Identity,
): TraceEvent {
  return {
    ...common,
    ...identity,
    kind: RIDE_COMMANDS[command],
    path: `/rides/${encodeURIComponent(rideId)}/${command}`,
    get body() {
      return body();
    },
  };
}

/** As services take it: `occurredAt` as ISO 8601 text. */
export function withTime({ occurredAtMs, ...rest }: TimedPlace): object {
  return { ...rest, occurredAt: new Date(occurredAtMs).toISOString() };
}
