import { type TimedPlace } from '../../requests/gettaxi-requests.ts';
import { type SeededRandom } from '../seeded-random.ts';
import { anyCorner, isAt, near, placeOf, towards, type Corner } from './streets.ts';

const SLOWEST_METERS_PER_SECOND = 5;
const FASTEST_METERS_PER_SECOND = 11;
const CRUISING_STREETS = 10;
/** A taxi that was not asked for long does not leap over the city. */
const LONGEST_STEP_MS = 5000;

/** A taxi on the streets: it cruises while it is free, and drives to where its ride wants it otherwise. */
export class Taxi {
  readonly taxiId: string;
  private readonly random: SeededRandom;
  private readonly metersPerSecond: number;
  private corner: Corner;
  private goal: Corner;
  private movedAtMs: number | undefined;
  /** Called once when the goal is reached; none while the taxi is free. */
  private onArrival: ((place: TimedPlace) => void) | undefined;
  private onMove: ((place: TimedPlace) => void) | undefined;
  private isFree = true;

  constructor(taxiId: string, random: SeededRandom, start: Corner = anyCorner(random)) {
    this.taxiId = taxiId;
    this.random = random;
    this.metersPerSecond =
      SLOWEST_METERS_PER_SECOND + random.next() * (FASTEST_METERS_PER_SECOND - SLOWEST_METERS_PER_SECOND);
    this.corner = start;
    this.goal = start;
  }

  get available(): boolean {
    return this.isFree;
  }

  /** Drives on until now. */
  move(nowMs: number): TimedPlace {
    const elapsedMs = Math.min(nowMs - (this.movedAtMs ?? nowMs), LONGEST_STEP_MS);
    this.movedAtMs = nowMs;
    this.corner = towards(this.corner, this.goal, (this.metersPerSecond * elapsedMs) / 1000);
    const place = { ...placeOf(this.corner), occurredAtMs: nowMs };
    this.onMove?.(place);
    if (!isAt(this.corner, this.goal)) return place;
    const arrived = this.onArrival;
    this.onArrival = undefined;
    arrived?.(place);
    if (this.isFree) this.goal = near(this.corner, CRUISING_STREETS, this.random);
    return place;
  }

  /** Drives to a goal for a ride; `onMove` is told of each place on the way, `onArrival` of the last. */
  driveTo(goal: Corner, onArrival: (place: TimedPlace) => void, onMove?: (place: TimedPlace) => void): void {
    this.isFree = false;
    this.goal = goal;
    this.onArrival = onArrival;
    this.onMove = onMove;
  }

  release(): void {
    this.isFree = true;
    this.goal = this.corner;
    this.onArrival = undefined;
    this.onMove = undefined;
  }
}
