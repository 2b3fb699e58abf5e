/** Carries out commands on rides: events, their public messages, the ride's row and its taxi, all in one transaction. */
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand, type ExpectedVersion } from '@headwater/event-sourcing';
import { type EntityManager } from 'typeorm';
import { rideDecider, rideStream, type RideCommand } from './ride.decider.ts';
import { type RideEvent } from './ride.events.ts';
import { RidePublisher } from './ride.publisher.ts';
import { RideTable, type VersionedRide } from './ride-table.ts';

export interface HandledRide extends VersionedRide {
  /** What has happened; nothing when the command was carried out before. */
  readonly events: readonly RideEvent[];
}

const freeing: ReadonlySet<RideEvent['type']> = new Set([
  'RideOfferDeclined',
  'RideOfferExpired',
  'RideCompleted',
  'RideCancelled',
]);

@Injectable()
export class RideProcess {
  constructor(
    private readonly store: EventStore,
    private readonly publisher: RidePublisher,
    private readonly table: RideTable,
  ) {}

  /** Makes the transaction the only one that changes the ride. Before it writes anything else. */
  async lock(transaction: EntityManager, rideId: string): Promise<void> {
    await this.store.lockStream(transaction, rideStream(rideId));
  }

  /** @throws Problem when the command is not allowed; VersionConflictError when it is another version. */
  async handle(
    transaction: EntityManager,
    rideId: string,
    command: RideCommand,
    expectedVersion?: ExpectedVersion,
  ): Promise<HandledRide> {
    const { state, version, events } = await handleCommand(this.store, {
      decider: rideDecider,
      streamId: rideStream(rideId),
      command,
      transaction,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      messages: (happened) => happened.map((event) => this.publisher.messageOf(event)),
    });
    const ride = state!;
    if (events.length > 0) await this.table.record(transaction, { ride, version });
    if (events.some(({ type }) => freeing.has(type))) await this.table.release(transaction, rideId);
    return { ride, version, events };
  }
}
