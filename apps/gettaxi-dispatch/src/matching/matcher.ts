/**
 * Offers a ride to the nearest taxi that is free, not too far away, and has not been asked before.
 *
 * The index says which taxis are near; which of them belong to a ride already, the database says, in the transaction of the offer. Of two
 * transactions that want the same taxi the second waits for the first and then takes the next nearest.
 */
import { Injectable } from '@nestjs/common';
import { Metrics } from '@headwater/service-kit';
import { DataSource, type EntityManager } from 'typeorm';
import { Fleet } from '../fleet/fleet.ts';
import { type NearTaxi } from '../fleet/taxi-index.ts';
import { RideProcess } from '../ride/ride-process.ts';
import { RideTable } from '../ride/ride-table.ts';
import { type Ride } from '../ride/ride.ts';
import { MatchingConfig } from './matching.config.ts';

/** So many of the nearest are looked at first, and eight times as many whenever each of those belongs to a ride. */
const firstLook = 8;

type Outcome = 'offered' | 'none' | 'settled';

@Injectable()
export class Matcher {
  private readonly seconds;

  constructor(
    private readonly dataSource: DataSource,
    private readonly process: RideProcess,
    private readonly table: RideTable,
    private readonly fleet: Fleet,
    private readonly config: MatchingConfig,
    metrics: Metrics,
  ) {
    this.seconds = metrics.histogram<'outcome'>({
      name: 'gettaxi_match_seconds',
      help: 'From a look for a taxi to its committed offer (offered), or to knowing that none is free (none)',
      labelNames: ['outcome'],
      buckets: [
        0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004, 0.005, 0.006, 0.008, 0.01, 0.02, 0.05, 0.1, 0.25, 1,
      ],
    });
  }

  /** Does nothing for a ride that is not asking for a taxi. @throws Problem 503 until the fleet is known. */
  async match(rideId: string): Promise<void> {
    const end = this.seconds.startTimer();
    const outcome = await this.dataSource.transaction((transaction) => this.matchWithin(transaction, rideId));
    if (outcome !== 'settled') end({ outcome });
  }

  private async matchWithin(transaction: EntityManager, rideId: string): Promise<Outcome> {
    await this.process.lock(transaction, rideId);
    const { ride } = (await this.table.find(rideId, transaction)) ?? {};
    if (ride?.status !== 'requested') return 'settled';
    const near = await this.promiseNearest(transaction, ride);
    const now = Date.now();
    const at = new Date(now).toISOString();
    if (near) {
      const { report, distanceMeters } = near;
      const expiresAt = new Date(now + this.config.offerSeconds * 1_000).toISOString();
      const { taxiId } = report;
      await this.process.handle(transaction, rideId, { type: 'offer', taxiId, distanceMeters, expiresAt, at });
      return 'offered';
    }
    if (at < ride.searchUntil) await this.table.postpone(transaction, rideId);
    else await this.process.handle(transaction, rideId, { type: 'giveUp', at });
    return 'none';
  }

  private async promiseNearest(transaction: EntityManager, ride: Ride): Promise<NearTaxi | undefined> {
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
