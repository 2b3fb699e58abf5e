/** Fares of completed rides: each computed once, kept with its breakdown, and told in the same transaction. */
import { Injectable } from '@nestjs/common';
import {
  rideFareCalculated,
  topics,
  type Decimal,
  type RideCompleted,
  type RideFareCalculated,
} from '@headwater/contracts';
import { Outbox, type SqlExecutor } from '@headwater/event-sourcing';
import { EventCodec, messageIdOf, outboxMessageOf } from '@headwater/messaging';
import { Problem } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import { type RidePrice } from '../quote/quotes.ts';
import { type FareResponse } from './fare.responses.ts';
import { amountOf, RateCard } from './rate-card.ts';
import { meterTrack, type Position } from './track.ts';

@Injectable()
export class Fares {
  constructor(
    private readonly manager: EntityManager,
    private readonly outbox: Outbox,
    private readonly codec: EventCodec,
    private readonly rateCard: RateCard,
  ) {}

  /** @throws Problem 404 */
  async find(rideId: string): Promise<FareResponse> {
    const [row] = await this.manager.query<{ fare: FareResponse }[]>('SELECT fare FROM fares WHERE ride_id = $1', [
      rideId,
    ]);
    if (row) return row.fare;
    throw Problem.notFound('fare-unknown', `Ride ${rideId} has no fare: it is unknown here, or not completed.`);
  }

  /** Stores and tells a ride's fare; one that has a fare keeps it. */
  async calculate(
    transaction: SqlExecutor,
    ride: RideCompleted,
    positions: readonly Position[],
    { quoteId, surge }: RidePrice,
  ): Promise<void> {
    const track = meterTrack(positions, this.rateCard.track);
    const fare = this.rateCard.fareOf(track.units, surge, ride.pickedUpAt);
    const { rideId, userId, occurredAt } = ride;
    const response: FareResponse = {
      rideId,
      amount: amountOf(fare.totalCents),
      currency: this.rateCard.currency,
      entry: amountOf(fare.entryCents),
      metered: amountOf(fare.meteredCents),
      surge,
      night: amountOf(fare.nightCents),
      tax: amountOf(fare.taxCents),
      quoteId,
      units: fare.units,
      distanceMeters: Math.round(track.distanceMeters),
      durationMs: track.durationMs,
      positions: track.positions,
      outliers: track.outliers,
      gaps: track.gaps,
      completedAt: occurredAt.toISOString(),
    };
    const inserted = await transaction.query<unknown[]>(
      'INSERT INTO fares (ride_id, fare) VALUES ($1, $2) ON CONFLICT (ride_id) DO NOTHING RETURNING ride_id',
      [rideId, JSON.stringify(response)],
    );
    if (inserted.length > 0) await this.tell(transaction, userId, response);
  }

  private async tell(transaction: SqlExecutor, userId: string, fare: FareResponse): Promise<void> {
    const { completedAt, amount, entry, metered, night, tax, ...facts } = fare;
    const value: RideFareCalculated = {
      ...facts,
      eventId: messageIdOf(fare.rideId, 'fare'),
      userId,
      amount: amount as Decimal,
      entry: entry as Decimal,
      metered: metered as Decimal,
      night: night as Decimal,
      tax: tax as Decimal,
      occurredAt: new Date(completedAt),
    };
    const aggregate = { type: 'ride-fare', id: fare.rideId };
    const message = outboxMessageOf(this.codec, topics.rideFares, rideFareCalculated, value, aggregate);
    await this.outbox.publish(transaction, [message]);
  }
}
