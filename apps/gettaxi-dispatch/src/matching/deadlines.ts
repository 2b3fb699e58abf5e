/**
 * Does what is due by time: ends offers that nobody answered, and looks again for a taxi for rides that have none.
 *
 * When a step is due stands in the ride's row, so no restart forgets it: whichever instance looks next takes it, and one that dies with it
 * leaves it to the next after a lease.
 */
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Metrics } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { Fleet } from '../fleet/fleet.ts';
import { RideProcess } from '../ride/ride-process.ts';
import { RideTable } from '../ride/ride-table.ts';
import { type Ride } from '../ride/ride.ts';

const pollMs = 200;
/** Rides that are taken in one look, and dealt with side by side. */
const atOnce = 8;

@Injectable()
export class Deadlines implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Deadlines.name);
  private readonly timeouts;
  private polling: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly table: RideTable,
    private readonly process: RideProcess,
    private readonly fleet: Fleet,
    metrics: Metrics,
  ) {
    this.timeouts = metrics.counter({
      name: 'gettaxi_offer_timeouts_total',
      help: 'Offers that expired without an answer.',
    });
    this.measure(metrics);
  }

  onApplicationBootstrap(): void {
    // A ride that waits while the fleet is not known yet is given up for no taxi that is not there.
    this.fleet.restored().then(
      () => {
        if (!this.stopped) this.polling = setInterval(() => this.look(), pollMs);
      },
      () => undefined,
    );
  }

  /** Waits for what is being dealt with. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.polling);
    await this.looking;
  }

  private look(): void {
    this.looking ??= this.dealWithAll().finally(() => {
      this.looking = undefined;
    });
  }

  private async dealWithAll(): Promise<void> {
    try {
      for (let taken = atOnce; taken === atOnce && !this.stopped;) {
        const rides = await this.table.takeDue(atOnce);
        taken = rides.length;
        await Promise.all(rides.map((ride) => this.dealWith(ride)));
      }
    } catch (error) {
      this.logger.warn(`looking for what is due: ${reasonOf(error)}`);
    }
  }

  /** Its offer is over; of one that has none, no offer is. Either way it asks for the next taxi, in the same transaction. */
  private async dealWith({ rideId, asked }: Ride): Promise<void> {
    const at = new Date().toISOString();
    try {
      const { events } = await this.dataSource.transaction((transaction) =>
        this.process.handle(transaction, rideId, { type: 'expire', offer: asked.length, at }),
      );
      if (events.some(({ type }) => type === 'RideOfferExpired')) this.timeouts.inc();
    } catch (error) {
      this.logger.warn(`ride ${rideId}: ${reasonOf(error)}; it is due again soon`);
    }
  }

  private measure(metrics: Metrics): void {
    const { table } = this;
    metrics.gauge({
      name: 'gettaxi_offers_open',
      help: 'Offers that wait for an answer, of all instances',
      async collect() {
        // Without the database the last figure stays: the other metrics are to be seen then above all.
        await table.countOf('offered').then(
          (count) => this.set(count),
          () => undefined,
        );
      },
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
