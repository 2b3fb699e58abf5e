/**
 * One ride from its request to its end, as its rider and the drivers live it: a driver who is asked accepts, declines or
 * lets the offer expire; comes, drives and arrives; and a rider may have changed their mind.
 */
import { type TraceEvent } from '../../replay/trace.ts';
import {
  DISPATCH,
  PRICING,
  rideCommandRequest,
  rideRequest,
  withTime,
  type Ride,
  type RideCommand,
  type TimedPlace,
} from '../../requests/gettaxi-requests.ts';
import { type SeededRandom } from '../seeded-random.ts';
import { type Agenda } from './agenda.ts';
import { placeOf, type Corner } from './streets.ts';
import { type Taxi } from './taxi.ts';

const ACCEPT_PERCENT = 82;
const DECLINE_PERCENT = 12;
const CANCEL_PERCENT = 4;
const QUOTE_PERCENT = 60;
const ANSWER_MS = { shortest: 800, spread: 3500 };
/** How often a rider looks whether the next driver was asked. */
const LOOK_MS = 2500;
const METER_POSITIONS = 4;

export interface RidePlan {
  readonly rideId: string;
  readonly userId: string;
  readonly from: Corner;
  readonly to: Corner;
}

export interface RideWorld {
  readonly random: SeededRandom;
  readonly agenda: Agenda;
  /** The taxi of a name; one that the load did not send out comes from somewhere near. */
  readonly taxi: (taxiId: string, near: Corner) => Taxi;
  readonly nowMs: () => number;
}

export class RideStory {
  private readonly plan: RidePlan;
  private readonly world: RideWorld;
  /** The taxi whose driver has decided on the offer. */
  private decided: string | undefined;
  private taxi: Taxi | undefined;
  private meter: TimedPlace[] = [];
  private steps = 0;
  private isAsked = false;
  /** How it ended; undefined while it is under way. */
  outcome: 'completed' | 'cancelled' | 'unfulfilled' | undefined;

  constructor(plan: RidePlan, world: RideWorld) {
    this.plan = plan;
    this.world = world;
  }

  get rideId(): string {
    return this.plan.rideId;
  }

  /** Dispatch knows of the ride, and it has not ended. */
  get isUnderWay(): boolean {
    return this.isAsked && this.outcome === undefined;
  }

  /** The first request: for a quote, or for the ride itself. */
  begin(nowMs: number): TraceEvent {
    const pickup = placeOf(this.plan.from);
    const dropOff = placeOf(this.plan.to);
    if (this.world.random.below(100) >= QUOTE_PERCENT) return this.request(nowMs);
    return {
      ...this.identity(nowMs),
      kind: 'quotes',
      begins: false,
      service: PRICING,
      method: 'POST',
      path: '/quotes',
      body: { pickup, dropOff },
      count: 1,
      onAnswer: (answer) => {
        const { quoteId } = answer as { readonly quoteId: string };
        this.world.agenda.add(nowMs, (laterMs) => this.request(laterMs, quoteId));
      },
    };
  }

  /** Calls the ride off; for the end of a load. */
  cancel(nowMs: number, by: 'rider' | 'driver', reason: string): TraceEvent {
    return this.command('cancel', nowMs, { by, reason }, () => this.end('cancelled'));
  }

  private request(nowMs: number, quoteId?: string): TraceEvent {
    const { rideId, userId, from, to } = this.plan;
    const ride = { rideId, userId, pickup: placeOf(from), dropOff: placeOf(to), requestedAtMs: nowMs };
    const whole = quoteId === undefined ? ride : { ...ride, quoteId };
    return {
      ...rideRequest(whole, this.identity(nowMs)),
      onAnswer: (answer) => this.follow(answer as Ride),
    };
  }

  /** Does what the state of the ride asks for. */
  private follow({ status, taxiId }: Ride): void {
    this.isAsked = true;
    if (this.outcome !== undefined) return;
    if (status === 'unfulfilled' || status === 'cancelled') this.end(status);
    else if (status === 'completed' || status === 'paid') this.end('completed');
    else if (this.taxi !== undefined) return;
    else if (status === 'offered' && taxiId !== null && taxiId !== this.decided) this.decide(taxiId);
    else this.lookLater();
  }

  private lookLater(): void {
    this.world.agenda.add(this.world.nowMs() + LOOK_MS, (nowMs) => ({
      ...this.identity(nowMs),
      kind: 'looks',
      begins: false,
      service: DISPATCH,
      method: 'GET',
      path: `/rides/${this.plan.rideId}`,
      body: {},
      count: 0,
      onAnswer: (answer) => this.follow(answer as Ride),
    }));
  }

  private decide(taxiId: string): void {
    const { random, agenda, nowMs } = this.world;
    this.decided = taxiId;
    const dueMs = nowMs() + ANSWER_MS.shortest + random.below(ANSWER_MS.spread);
    const will = random.below(100);
    if (random.below(100) < CANCEL_PERCENT)
      agenda.add(dueMs, (atMs) => this.cancel(atMs, 'rider', 'It takes too long'));
    else if (will < ACCEPT_PERCENT)
      agenda.add(dueMs, (atMs) => this.command('accept', atMs, { taxiId }, (ride) => this.come(ride, taxiId)));
    else if (will < ACCEPT_PERCENT + DECLINE_PERCENT)
      agenda.add(dueMs, (atMs) => this.command('decline', atMs, { taxiId }, (ride) => this.follow(ride)));
    else this.lookLater();
  }

  private come({ status }: Ride, taxiId: string): void {
    if (status !== 'accepted') return;
    const taxi = this.world.taxi(taxiId, this.plan.from);
    this.taxi = taxi;
    taxi.driveTo(this.plan.from, (place) => {
      this.world.agenda.add(place.occurredAtMs, (nowMs) =>
        this.command('pick-up', nowMs, { taxiId, place: placeOf(this.plan.from) }, () => this.drive(taxi)),
      );
    });
  }

  private drive(taxi: Taxi): void {
    const { taxiId } = taxi;
    taxi.driveTo(
      this.plan.to,
      () => this.record(taxiId, () => this.arrive(taxi)),
      (place) => {
        this.meter.push(place);
        if (this.meter.length >= METER_POSITIONS) this.record(taxiId);
      },
    );
  }

  /** Sends what the meter noted. */
  private record(taxiId: string, done?: () => void): void {
    const positions = this.meter.map(withTime);
    this.meter = [];
    if (positions.length === 0) {
      done?.();
      return;
    }
    this.world.agenda.add(this.world.nowMs(), (nowMs) => this.command('positions', nowMs, { taxiId, positions }, done));
  }

  private arrive(taxi: Taxi): void {
    const body = { taxiId: taxi.taxiId, place: placeOf(this.plan.to) };
    this.world.agenda.add(this.world.nowMs(), (nowMs) =>
      this.command('complete', nowMs, body, () => this.end('completed')),
    );
  }

  private end(outcome: 'completed' | 'cancelled' | 'unfulfilled'): void {
    this.outcome = outcome;
    this.taxi?.release();
  }

  private command(
    command: RideCommand,
    nowMs: number,
    body: object,
    done: (ride: Ride) => void = () => undefined,
  ): TraceEvent {
    const occurredAt = new Date(nowMs).toISOString();
    return {
      ...rideCommandRequest(this.plan.rideId, command, () => ({ ...body, occurredAt }), this.identity(nowMs)),
      mayConflict: true,
      onAnswer: (answer) => {
        // Others were first: an offer that expired, a rider who is gone. How it stands now is looked at.
        if (answer === undefined) this.lookLater();
        else done(answer as Ride);
      },
    };
  }

  private identity(nowMs: number) {
    this.steps += 1;
    const { rideId } = this.plan;
    return { idempotencyKey: `${rideId}-${this.steps}`, chain: rideId, occurredAtMs: nowMs, origin: rideId };
  }
}
