/** What riders and drivers ask for: each in a transaction; a ride that has no taxi then is matched at once. */
import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { VersionConflictError } from '@headwater/event-sourcing';
import { expectedVersionOf, IdempotentCommands, instantOf, versionDiffers } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { Matcher } from '../matching/matcher.ts';
import { MatchingConfig } from '../matching/matching.config.ts';
import { placeOf } from '../place/place.ts';
import { rideUnknown, type RideCommand } from './ride.decider.ts';
import { RideProcess } from './ride-process.ts';
import { RideTable, type VersionedRide } from './ride-table.ts';
import { type RideRequestRequest } from './ride.requests.ts';

@Injectable()
export class RideCommands {
  private readonly logger = new Logger(RideCommands.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly process: RideProcess,
    private readonly table: RideTable,
    private readonly matcher: Matcher,
    private readonly config: MatchingConfig,
    private readonly idempotentCommands: IdempotentCommands,
  ) {}

  /** @returns the ride as it is now: of a request that comes again under its key, the one that it made. */
  async request(request: RideRequestRequest, idempotencyKey: string | undefined): Promise<VersionedRide> {
    const answer = await this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['request', request],
      run: async (transaction) => {
        const { rideId = randomUUID(), userId, pickup, dropOff = null, quoteId = null, requestedAt } = request;
        const searchUntil = new Date(Date.now() + this.config.searchSeconds * 1_000).toISOString();
        const { terms } = this.config;
        await this.process.handle(transaction, rideId, {
          type: 'request',
          request: {
            rideId,
            userId,
            pickup: placeOf(pickup),
            dropOff: dropOff && placeOf(dropOff),
            quoteId,
            requestedAt: instantOf(requestedAt),
            searchUntil,
            terms,
          },
        });
        return { status: 201, headers: {}, body: { rideId } };
      },
    });
    return await this.matched((answer.body as { readonly rideId: string }).rideId);
  }

  /** @throws Problem 404, 409; 412 when it is not the version of `If-Match`. */
  async change(rideId: string, command: RideCommand, ifMatch: string | undefined): Promise<VersionedRide> {
    const expectedVersion = expectedVersionOf(ifMatch);
    try {
      const changed = await this.dataSource.transaction((transaction) =>
        this.process.handle(transaction, rideId, command, expectedVersion),
      );
      return changed.ride.status === 'requested' ? await this.matched(rideId) : changed;
    } catch (error) {
      throw error instanceof VersionConflictError ? versionDiffers('The ride', ifMatch) : error;
    }
  }

  /** What was asked for is done; should the match fail, it is due again. */
  private async matched(rideId: string): Promise<VersionedRide> {
    try {
      await this.matcher.match(rideId);
    } catch (error) {
      this.logger.warn(`ride ${rideId} is matched later: ${error instanceof Error ? error.message : String(error)}`);
    }
    const ride = await this.table.find(rideId);
    if (!ride) throw rideUnknown();
    return ride;
  }
}
