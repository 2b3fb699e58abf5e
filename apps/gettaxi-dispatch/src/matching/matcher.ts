/**
 * Finds the nearest taxi that is free, not too far away, and has not been asked before, and promises it to the ride.
 *
 * The index says which taxis are near; which of them belong to a ride already, the database says, in the transaction of the offer. Of two
 * transactions that want the same taxi the second waits for the first and then takes the next nearest.
 */
import { Injectable } from '@nestjs/common';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { Metrics } from '@headwater/service-kit';
import { Fleet } from '../fleet/fleet.ts';
import { type NearTaxi } from '../fleet/taxi-index.ts';
import { type RideCommand } from '../ride/ride.decider.ts';
import { RideTable } from '../ride/ride-table.ts';
import { type Ride } from '../ride/ride.ts';
import { MatchingConfig } from './matching.config.ts';

/** So many of the nearest are looked at first, and eight times as many whenever each of those belongs to a ride. */
const firstLook = 8;

@Injectable()
export class Matcher {
  private readonly seconds;

  constructor(
    private readonly table: RideTable,
    private readonly fleet: Fleet,
    private readonly config: MatchingConfig,
    metrics: Metrics,
  ) {
    this.seconds = metrics.histogram<'outcome'>({
      name: 'gettaxi_match_seconds',
      help: 'From a look for a taxi until the nearest that is free is promised (offered), or none is known to be free (none)',
      labelNames: ['outcome'],
      buckets: [
        0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004, 0.005, 0.006, 0.008, 0.01, 0.02, 0.05,
        0.25, 1,
      ],
    });
  }

  /** What follows for a ride that asks for a taxi: an offer, or its end when it asked for long enough; nothing while it may go on asking. */
  async match(transaction: SqlExecutor, ride: Ride): Promise<RideCommand | undefined> {
    if (!this.fleet.isKnown) return undefined;
    const end = this.seconds.startTimer();
    const near = await this.promiseNearest(transaction, ride);
    end({ outcome: near ? 'offered' : 'none' });
    const now = Date.now();
    const at = new Date(now).toISOString();
    if (!near) return at < ride.searchUntil ? undefined : { type: 'giveUp', at };
    const { report, distanceMeters } = near;
    const expiresAt = new Date(now + this.config.offerSeconds * 1_000).toISOString();
    return { type: 'offer', taxiId: report.taxiId, distanceMeters, expiresAt, at };
  }

  private async promiseNearest(transaction: SqlExecutor, ride: Ride): Promise<NearTaxi | undefined> {
    for (let count = firstLook; ; count *= 8) {
      const nearest = this.fleet.taxis.nearest(ride.pickup, count);
      const near = nearest.filter(({ distanceMeters }) => distanceMeters <= this.config.maxPickupMeters);
      const candidates = near.map(({ report }) => report.taxiId).filter((taxiId) => !ride.asked.includes(taxiId));
      const promised = await this.table.promiseFirst(transaction, ride.rideId, candidates);
      if (promised !== undefined) return near.find(({ report }) => report.taxiId === promised);
      if (near.length < count) return undefined;
    }
  }
}
