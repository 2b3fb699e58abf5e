import { describe, expect, it } from '@jest/globals';
import { type TraceEvent } from '../../replay/trace.ts';
import { type Place, type Ride, type RideRequest } from '../../requests/gettaxi-requests.ts';
import { type LoadOptions } from '../load.ts';
import { gettaxiLoad } from './gettaxi-load.ts';

const START = Date.UTC(2026, 10, 21);
const STEP_MS = 100;
const OPTIONS: LoadOptions = { users: 100, seed: 1, batchSize: 10, profile: 'steady' };

interface Told {
  readonly taxiId: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly available: boolean;
  readonly occurredAt: string;
}

/** Dispatch, as far as the load sees it: offers the nearest taxi, and takes each command whose turn it is. */
class Dispatch {
  readonly rides = new Map<string, Ride & Pick<RideRequest, 'rideId'>>();
  readonly told: Told[] = [];
  readonly kinds = new Map<string, number>();
  private readonly latest = new Map<string, Told>();
  private readonly pickups = new Map<string, Place>();
  private readonly asked = new Map<string, readonly string[]>();

  take(event: TraceEvent): void {
    this.kinds.set(event.kind, (this.kinds.get(event.kind) ?? 0) + 1);
    const { body } = event;
    if (event.kind === 'taxi positions') {
      for (const told of body['positions'] as Told[]) this.latest.set(told.taxiId, told);
      this.told.push(...(body['positions'] as Told[]));
    }
    if (event.kind === 'ride requests') this.pickups.set(String(body['rideId']), body['pickup'] as Place);
    event.onAnswer?.(this.answer(event));
  }

  private answer({ path, kind, body }: TraceEvent): unknown {
    if (kind === 'quotes') return { quoteId: 'quote-1' };
    if (kind.endsWith('positions') && kind !== 'meter positions') return undefined;
    const rideId = kind === 'ride requests' ? String(body['rideId']) : (path.split('/')[2] ?? '');
    const before = this.rides.get(rideId);
    const ride = this.after(rideId, kind, before);
    if (ride !== undefined) this.rides.set(rideId, ride);
    return ride;
  }

  private after(rideId: string, kind: string, ride: Ride | undefined): Ride | undefined {
    const to = (status: Ride['status'], from: readonly (Ride['status'] | undefined)[]): Ride | undefined =>
      from.includes(ride?.status) ? { rideId, taxiId: ride?.taxiId ?? null, status } : undefined;
    // Whoever is asked how an open ride stands lets its offer expire.
    const isOpen = ride === undefined || ride.status === 'requested' || ride.status === 'offered';
    if (kind === 'looks' && !isOpen) return ride;
    if (kind === 'ride requests' || kind === 'refusals of drivers' || kind === 'looks') return this.offer(rideId);
    if (kind === 'acceptances') return to('accepted', ['offered']);
    if (kind === 'pick-ups') return to('underWay', ['accepted']);
    if (kind === 'meter positions') return to('underWay', ['underWay']);
    if (kind === 'completions') return to('paid', ['underWay']);
    return to('cancelled', ['requested', 'offered', 'accepted', 'underWay']);
  }

  private offer(rideId: string): Ride {
    const taken = new Set([...this.rides.values()].filter(isActive).map(({ taxiId }) => taxiId));
    const asked = this.asked.get(rideId) ?? [];
    const pickup = this.pickups.get(rideId) ?? { latitude: 0, longitude: 0 };
    const distance = ({ latitude, longitude }: Told): number =>
      Math.hypot(latitude - pickup.latitude, longitude - pickup.longitude);
    const [nearest] = [...this.latest.values()]
      .filter(({ taxiId }) => !taken.has(taxiId) && !asked.includes(taxiId))
      .sort((one, other) => distance(one) - distance(other));
    if (nearest === undefined) return { rideId, status: 'unfulfilled', taxiId: null };
    this.asked.set(rideId, [...asked, nearest.taxiId]);
    return { rideId, status: 'offered', taxiId: nearest.taxiId };
  }
}

const isActive = ({ status }: Ride): boolean => ['offered', 'accepted', 'underWay'].includes(status);

function live(options: LoadOptions, minutes: number) {
  const load = gettaxiLoad(options);
  const dispatch = new Dispatch();
  let nowMs = START;
  for (; nowMs < START + minutes * 60_000; nowMs += STEP_MS) dispatch.take(load.next(nowMs));
  return { load, dispatch, nowMs };
}

describe('the load of gettaxi', () => {
  it('brings rides to their ends: asked for, accepted, driven and completed, some refused or called off', () => {
    const { dispatch } = live(OPTIONS, 20);
    const statuses = Map.groupBy(dispatch.rides.values(), ({ status }) => status);
    expect(statuses.get('paid')?.length).toBeGreaterThan(20);
    for (const kind of ['quotes', 'refusals of drivers', 'cancellations', 'meter positions', 'user positions'])
      expect([kind, dispatch.kinds.get(kind) ?? 0]).not.toEqual([kind, 0]);
  });

  it('moves every taxi plausibly: no faster than a car in a city, free and occupied', () => {
    const { dispatch } = live(OPTIONS, 5);
    const taxis = Map.groupBy(dispatch.told, ({ taxiId }) => taxiId);
    expect(taxis.size).toBe(20);
    expect(new Set(dispatch.told.map(({ available }) => available))).toEqual(new Set([true, false]));
    for (const positions of taxis.values()) {
      for (const [index, position] of positions.entries()) {
        const before = positions[index - 1];
        if (before === undefined) continue;
        const north = (position.latitude - before.latitude) * 111_195;
        const east = (position.longitude - before.longitude) * 111_195 * 0.757;
        const seconds = (Date.parse(position.occurredAt) - Date.parse(before.occurredAt)) / 1000;
        expect(Math.hypot(north, east)).toBeLessThan(12 * seconds + 1);
      }
    }
  });

  it('ends what is under way, and knows how each ride ended', () => {
    const { load, dispatch, nowMs } = live(OPTIONS, 5);
    const ending = load.ending?.(nowMs).events ?? [];
    expect(ending.length).toBeGreaterThan(0);
    for (const event of ending) dispatch.take(event);
    const expected = load.checks[0]?.expected(new Map()) ?? new Map<string, object>();
    const actual = new Map([...dispatch.rides].map(([rideId, { status }]) => [rideId, { rides: 1, [status]: 1 }]));
    expect(expected).toEqual(actual);
  });

  it('lets what is late tell of another place, and asks how a ride stands when others were first', () => {
    const load = gettaxiLoad(OPTIONS);
    load.next(START);
    const late = load.next(START - 60_000);
    expect(late.kind).toBe('taxi positions');
    expect((late.body['positions'] as Told[])[0]?.occurredAt).toBe(new Date(START - 60_000).toISOString());
  });

  it('is the same for the same seed', () => {
    const told = (seed: number): unknown => live({ ...OPTIONS, seed }, 1).dispatch.told.slice(0, 500);
    expect(told(4)).toEqual(told(4));
    expect(told(4)).not.toEqual(told(5));
  });
});
