/** What riders and drivers ask for, each in a transaction. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { VersionConflictError } from '@headwater/event-sourcing';
import { expectedVersionOf, IdempotentCommands, instantOf, versionDiffers } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { MatchingConfig } from '../matching/matching.config.ts';
import { placeOf } from '../place/place.ts';
import { rideUnknown, type RideCommand } from './ride.decider.ts';
import { type RideRequest } from './ride.events.ts';
import { RideProcess } from './ride-process.ts';
import { RideTable, type VersionedRide } from './ride-table.ts';
import { type RideRequestRequest } from './ride.requests.ts';

@Injectable()
export class RideCommands {
  constructor(
    private readonly dataSource: DataSource,
    private readonly process: RideProcess,
    private readonly table: RideTable,
    private readonly config: MatchingConfig,
    private readonly idempotentCommands: IdempotentCommands,
  ) {}

  /** @returns the ride as it is now: of a request that comes again under its key, the one that it made. */
  async request(request: RideRequestRequest, idempotencyKey: string | undefined): Promise<VersionedRide> {
    const rideId = request.rideId ?? randomUUID();
    let requested: VersionedRide | undefined;
    const made = { status: 201, headers: {}, body: { rideId } };
    const answer = await this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['request', request],
      run: async (transaction) => {
        requested = await this.process.handle(transaction, rideId, {
          type: 'request',
          request: this.termed(rideId, request),
        });
        return made;
      },
    });
    if (answer === made && requested) return requested;
    const earlier = await this.table.find((answer.body as typeof made.body).rideId);
    if (!earlier) throw rideUnknown();
    return earlier;
  }

  /** @throws Problem 404, 409; 412 when it is not the version of `If-Match`. */
  async change(rideId: string, command: RideCommand, ifMatch: string | undefined): Promise<VersionedRide> {
    const expectedVersion = expectedVersionOf(ifMatch);
    try {
      return await this.dataSource.transaction((transaction) =>
        this.process.handle(transaction, rideId, command, expectedVersion),
      );
    } catch (error) {
      throw error instanceof VersionConflictError ? versionDiffers('The ride', ifMatch) : error;
    }
  }

  private termed(rideId: string, { userId, pickup, dropOff, quoteId, requestedAt }: RideRequestRequest): RideRequest {
    return {
      rideId,
      userId,
      pickup: placeOf(pickup),
      dropOff: dropOff ? placeOf(dropOff) : null,
      quoteId: quoteId ?? null,
      requestedAt: instantOf(requestedAt),
      searchUntil: new Date(Date.now() + this.config.searchSeconds * 1_000).toISOString(),
      terms: this.config.terms,
    };
  }
}
