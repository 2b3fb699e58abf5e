/**
 * Carries out commands on rides: events, their public messages, the ride's row and its taxi, all in one transaction. A ride that asks for
 * a taxi after it is offered one in the same transaction.
 */
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand, type ExpectedVersion } from '@headwater/event-sourcing';
import { type EntityManager } from 'typeorm';
import { Matcher } from '../matching/matcher.ts';
import { rideDecider, rideStream, type RideCommand } from './ride.decider.ts';
import { type RideEvent } from './ride.events.ts';
import { RidePublisher } from './ride.publisher.ts';
import { RideTable, type VersionedRide } from './ride-table.ts';
import { type RideState } from './ride.ts';

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
    private readonly matcher: Matcher,
  ) {}

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
      followUp: (ride, happened) => this.followUp(transaction, ride, happened),
      messages: (happened) => happened.map((event) => this.publisher.messageOf(event)),
    });
    const ride = state!;
    if (events.length > 0) await this.table.record(transaction, { ride, version });
    else if (ride.status === 'requested') await this.table.postpone(transaction, rideId);
    return { ride, version, events };
  }

  private async followUp(
    transaction: EntityManager,
    ride: RideState,
    happened: readonly RideEvent[],
  ): Promise<RideCommand | undefined> {
    if (!ride) return undefined;
    if (happened.some(({ type }) => freeing.has(type))) await this.table.release(transaction, ride.rideId);
    return ride.status === 'requested' ? await this.matcher.match(transaction, ride) : undefined;
  }
}
