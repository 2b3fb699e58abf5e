/** What is noted of a ride until it is completed: what it pays by, and its positions. Events of a ride come in order. */
import { Injectable } from '@nestjs/common';
import { type RideRequested } from '@headwater/contracts';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { Quotes, type RidePrice } from '../quote/quotes.ts';
import { type Place } from '../zone/zones.ts';
import { type Position } from './track.ts';

interface PositionRow {
  readonly occurred_at: Date;
  readonly latitude: number;
  readonly longitude: number;
}

@Injectable()
export class RideMeter {
  constructor(private readonly quotes: Quotes) {}

  async requested(transaction: SqlExecutor, ride: RideRequested): Promise<void> {
    const { quoteId, surge } = await this.quotes.priceOf(transaction, ride);
    await transaction.query(
      'INSERT INTO metered_rides (ride_id, quote_id, surge) VALUES ($1, $2, $3) ON CONFLICT (ride_id) DO NOTHING',
      [ride.rideId, quoteId, surge],
    );
  }

  async recorded(
    transaction: SqlExecutor,
    rideId: string,
    positions: readonly (Place & { readonly occurredAt: Date })[],
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO metered_positions (ride_id, occurred_at, latitude, longitude)
       SELECT $1, occurred_at, latitude, longitude
       FROM unnest($2::timestamptz[], $3::float8[], $4::float8[]) AS recorded (occurred_at, latitude, longitude)
       ON CONFLICT (ride_id, occurred_at) DO NOTHING`,
      [
        rideId,
        positions.map(({ occurredAt }) => occurredAt.toISOString()),
        positions.map(({ latitude }) => latitude),
        positions.map(({ longitude }) => longitude),
      ],
    );
  }

  async positionsOf(transaction: SqlExecutor, rideId: string): Promise<Position[]> {
    const rows = await transaction.query<PositionRow[]>(
      'SELECT occurred_at, latitude, longitude FROM metered_positions WHERE ride_id = $1 ORDER BY occurred_at',
      [rideId],
    );
    return rows.map(({ occurred_at: occurredAt, latitude, longitude }) => ({
      latitude,
      longitude,
      occurredAtMs: occurredAt.getTime(),
    }));
  }

  async priceOf(transaction: SqlExecutor, rideId: string): Promise<RidePrice> {
    const [row] = await transaction.query<{ quote_id: string | null; surge: number }[]>(
      'SELECT quote_id, surge FROM metered_rides WHERE ride_id = $1',
      [rideId],
    );
    return { quoteId: row?.quote_id ?? null, surge: row?.surge ?? 1 };
  }

  /** The ride is over, one way or the other; its positions are in the log. */
  async forget(transaction: SqlExecutor, rideId: string): Promise<void> {
    await transaction.query('DELETE FROM metered_positions WHERE ride_id = $1', [rideId]);
    await transaction.query('DELETE FROM metered_rides WHERE ride_id = $1', [rideId]);
  }
}
