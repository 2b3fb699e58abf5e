import { type TraceEvent } from '../../replay/trace.ts';
import {
  DISPATCH,
  PRICING,
  taxiPositionsRequest,
  userPositionsRequest,
  type Ride,
  type TaxiPosition,
} from '../../requests/gettaxi-requests.ts';
import { type Facts } from '../../verify/check.ts';
import { type Load, type LoadCheck, type LoadOptions } from '../load.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Agenda } from './agenda.ts';
import { RideStory } from './ride-story.ts';
import { anyCorner, cornerDowntown, near, placeOf, type Corner } from './streets.ts';
import { Taxi } from './taxi.ts';

const RIDERS_PER_TAXI = 5;
const FEWEST_TAXIS = 10;
/** How often a taxi is asked for, on average. */
const RIDE_EVERY_MS = 300_000;
/** In the rush hour riders come more often, and most of them want to go to one place, or come from there. */
const RUSH_FACTOR = 2;
const RUSH_PERCENT = 70;
const TRIP_STREETS = 14;
/** Taxis whose positions share a request. */
const LARGEST_REPORT = 500;
/** So many rides are compared at the end. */
const REMEMBERED_RIDES = 20_000;

/**
 * Taxis drive through Manhattan and tell where they are; riders ask for rides, with a quote or without, drivers answer or
 * do not, and rides go on to their ends.
 */
export function gettaxiLoad(options: LoadOptions): Load {
  const city = new City(options);
  return {
    things: 'positions and commands of rides',
    services: [DISPATCH, PRICING],
    preparation: { name: 'taxis', leftOut: {}, events: [] },
    next: (nowMs) => city.next(nowMs),
    ending: (nowMs) => ({ name: 'rides under way', leftOut: {}, events: city.endings(nowMs) }),
    checks: [city.check],
  };
}

class City {
  private readonly options: LoadOptions;
  private readonly random: SeededRandom;
  private readonly agenda = new Agenda();
  private readonly taxis: Taxi[] = [];
  private readonly stories = new Map<string, RideStory>();
  private reporting = 0;
  private requests = 0;
  private newestMs = 0;
  private nextRideMs = 0;

  constructor(options: LoadOptions) {
    this.options = options;
    this.random = new SeededRandom(options.seed);
    const count = Math.max(Math.floor(options.users / RIDERS_PER_TAXI), FEWEST_TAXIS);
    for (let index = 0; index < count; index += 1)
      this.taxis.push(new Taxi(`cab-${options.seed}-${index + 1}`, this.random));
  }

  next(nowMs: number): TraceEvent {
    this.requests += 1;
    if (nowMs < this.newestMs) return this.report(nowMs, this.latePositions(nowMs));
    this.newestMs = nowMs;
    const due = this.agenda.next(nowMs);
    if (due !== undefined) return due;
    if (nowMs >= this.nextRideMs) return this.beginRide(nowMs);
    return this.report(nowMs, this.positions(nowMs));
  }

  /** Calls off what is under way. */
  endings(nowMs: number): TraceEvent[] {
    return [...this.stories.values()]
      .filter(({ isUnderWay }) => isUnderWay)
      .map((story) => story.cancel(nowMs, 'rider', 'The load has ended'));
  }

  /** Rides end as they were driven: those that were completed are paid for. */
  get check(): LoadCheck {
    return {
      title: 'ends of all rides',
      things: 'rides',
      service: DISPATCH,
      concurrency: 8,
      asksBefore: [],
      read: async (rideId, get) => {
        const ride = (await get(`/rides/${rideId}`)) as Ride | undefined;
        return ride && { rides: 1, [ride.status]: 1 };
      },
      expected: () => new Map([...this.stories.values()].flatMap((story) => endOf(story))),
    };
  }

  private beginRide(nowMs: number): TraceEvent {
    const { profile, seed, users } = this.options;
    const isRush = profile === 'rush-hour' || profile === 'one-hot-key';
    const everyMs = RIDE_EVERY_MS / this.taxis.length / (isRush ? RUSH_FACTOR : 1);
    // Riders do not wait for each other: exponential pauses.
    this.nextRideMs = nowMs - Math.log(1 - this.random.next()) * everyMs;
    const [from, to] = this.trip(isRush);
    const plan = {
      rideId: `ride-${seed}-${nowMs}-${this.requests}`,
      userId: `rider-${seed}-${this.random.below(users) + 1}`,
      from,
      to,
    };
    const story = new RideStory(plan, {
      random: this.random,
      agenda: this.agenda,
      taxi: (taxiId, where) => this.taxi(taxiId, where),
      nowMs: () => this.newestMs,
    });
    this.stories.set(plan.rideId, story);
    this.forget();
    this.agenda.add(nowMs, (laterMs) => story.begin(laterMs));
    const { userId } = plan;
    return userPositionsRequest([{ userId, ...placeOf(from), occurredAtMs: nowMs }], this.identity(nowMs));
  }

  /** A load that goes on for days does not keep every ride. */
  private forget(): void {
    if (this.stories.size <= REMEMBERED_RIDES) return;
    for (const [rideId, { outcome }] of this.stories) {
      if (outcome === undefined) continue;
      this.stories.delete(rideId);
      return;
    }
  }

  private trip(isRush: boolean): readonly [Corner, Corner] {
    const busy = isRush && this.random.below(100) < RUSH_PERCENT ? cornerDowntown(this.random) : anyCorner(this.random);
    const other = near(busy, TRIP_STREETS, this.random);
    return this.random.below(2) === 0 ? [busy, other] : [other, busy];
  }

  private taxi(taxiId: string, where: Corner): Taxi {
    const known = this.taxis.find((taxi) => taxi.taxiId === taxiId);
    if (known !== undefined) return known;
    const adopted = new Taxi(taxiId, this.random, near(where, 4, this.random));
    this.taxis.push(adopted);
    return adopted;
  }

  /** The taxis whose turn it is drive on, and tell where they are. */
  private positions(nowMs: number): TaxiPosition[] {
    const count = Math.min(this.options.batchSize, this.taxis.length, LARGEST_REPORT);
    return Array.from({ length: count }, () => {
      const taxi = this.taxis[this.reporting % this.taxis.length];
      this.reporting += 1;
      if (taxi === undefined) throw new Error('the city has no taxis');
      const place = taxi.move(nowMs);
      return { taxiId: taxi.taxiId, ...place, available: taxi.available };
    });
  }

  /** Where taxis say that they were long ago: what is known of them stays as it is. */
  private latePositions(nowMs: number): TaxiPosition[] {
    return Array.from({ length: this.options.batchSize }, () => ({
      taxiId: `cab-${this.options.seed}-${this.random.below(this.taxis.length) + 1}`,
      ...placeOf(anyCorner(this.random)),
      available: true,
      occurredAtMs: nowMs,
    }));
  }

  private report(nowMs: number, positions: readonly TaxiPosition[]): TraceEvent {
    return taxiPositionsRequest(positions, this.identity(nowMs));
  }

  private identity(nowMs: number) {
    const key = `city-${this.options.seed}-${nowMs}-${this.requests}`;
    return { idempotencyKey: key, chain: key, occurredAtMs: nowMs, origin: `request ${this.requests}` };
  }
}

/** A ride that was never asked for has no end: its rider was only on the way to it. */
function endOf({ rideId, outcome }: RideStory): [string, Facts][] {
  if (outcome === undefined) return [];
  return [[rideId, { rides: 1, [outcome === 'completed' ? 'paid' : outcome]: 1 }]];
}
