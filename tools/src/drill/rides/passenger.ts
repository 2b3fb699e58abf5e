/** One ride, with its rider and whichever driver is asked: what they do next, the seed chooses. */
import { setTimeout as delay } from 'node:timers/promises';
import { answerOf, type RideAnswer, type TaxiAnswer, type TaxiStage } from '../../taxi/index.ts';
import type { Random } from '../random.ts';
import type { PromiseWatch } from './ride-outcome.ts';
import type { TaxiRank } from './taxi-rank.ts';

export type RideEnd = 'completed' | 'cancelled' | 'unfulfilled';

const lookMs = 100;

export class Passenger {
  constructor(
    private readonly stage: TaxiStage,
    private readonly rank: TaxiRank,
    private readonly watch: PromiseWatch,
    private readonly random: Random,
  ) {}

  /** @throws Violation when another ride has the taxi of this one. */
  async ride(rideId: string): Promise<RideEnd> {
    const body = { rideId, userId: `user-of-${rideId}`, pickup: this.rank.somewhere(), dropOff: this.rank.somewhere() };
    const asked = await this.ask('POST', '/rides', body, { 'idempotency-key': rideId });
    if (asked.status !== 201)
      throw new Error(`a request was answered with ${asked.status}: ${JSON.stringify(asked.body)}`);
    for (let ride = asked.body; ;) {
      this.watch.heard(ride);
      const end = endOf(ride);
      if (end) return end;
      await this.step(ride);
      // A step that came too late is answered 409: whatever it was, the ride says how it is now.
      ride = (await this.ask('GET', `/rides/${rideId}`)).body;
    }
  }

  private async step(ride: RideAnswer): Promise<void> {
    const { rideId, status, taxiId } = ride;
    if (status !== 'requested' && this.random.chance(0.05)) {
      await this.end(ride, 'cancel', this.cancellation());
      return;
    }
    if (status === 'offered') {
      const choice = this.random.next();
      // Who neither accepts nor declines lets the offer expire.
      if (choice < 0.7) await this.act(rideId, 'accept', { taxiId });
      else if (choice < 0.85) await this.act(rideId, 'decline', { taxiId });
      else await delay(lookMs);
    } else if (status === 'accepted') await this.act(rideId, 'pick-up', { taxiId, place: this.rank.somewhere() });
    else if (status === 'underWay') await this.drive(ride);
    else await delay(lookMs);
  }

  private async drive(ride: RideAnswer): Promise<void> {
    const taxiId = ride.taxiId!;
    for (let batch = 0; batch < this.random.between(0, 2); batch += 1) {
      const positions = [1, 2, 3].map(() => ({ ...this.rank.somewhere(), occurredAt: new Date().toISOString() }));
      await this.act(ride.rideId, 'positions', { taxiId, positions });
    }
    const place = this.rank.somewhere();
    await this.end(ride, 'complete', { taxiId, place });
    await this.rank.park(taxiId, place);
  }

  /** From the moment in which this is sent, the taxi may be another's. */
  private async end(ride: RideAnswer, act: 'cancel' | 'complete', body: object): Promise<void> {
    this.watch.mayBeFree(ride);
    await this.act(ride.rideId, act, body);
  }

  private cancellation(): object {
    return { by: this.random.chance(0.5) ? 'rider' : 'driver' };
  }

  private async act(rideId: string, act: string, body: object): Promise<void> {
    const { status, body: answer } = await this.ask('POST', `/rides/${rideId}/${act}`, body);
    if (status !== 200 && status !== 409)
      throw new Error(`${act} of ${rideId} was answered with ${status}: ${JSON.stringify(answer)}`);
  }

  private ask(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TaxiAnswer<RideAnswer>> {
    return answerOf(method, `${this.random.pick(this.stage.urls)}${path}`, body, headers);
  }
}

function endOf({ status }: RideAnswer): RideEnd | undefined {
  return status === 'completed' || status === 'cancelled' || status === 'unfulfilled' ? status : undefined;
}
