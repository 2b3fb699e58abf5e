/** Rides as rows, written in the transactions of their events; which taxi belongs to which ride; and what is due. */
import { Injectable } from '@nestjs/common';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { CursorCodec, pageOf, type Page } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { isActive, type Ride, type RideStatus } from './ride.ts';

export interface VersionedRide {
  readonly ride: Ride;
  /** Of the ride's stream. */
  readonly version: number;
}

interface RideRow {
  readonly state: Ride;
  readonly version: string;
}

/** What came of trying to promise one of some taxis. */
interface Promising {
  /** The first that belonged to no ride; null when each does. */
  readonly candidate: string | null;
  /** The same, when it belongs to this ride now; null when another transaction was faster. */
  readonly promised: string | null;
}

const cursors = new CursorCodec({ requestedAt: 'string', rideId: 'string' });

/** A ride that is asking for a taxi is looked at again after this, by whichever instance. */
const searchAgainMs = 1_000;
/** A ride that was taken to be dealt with is due again after this, should whoever took it die. */
const leaseMs = 10_000;

const promiseFirst = `
  WITH free AS (
    SELECT taxi_id FROM unnest($2::text[]) WITH ORDINALITY AS near (taxi_id, place)
    WHERE NOT EXISTS (SELECT FROM promised_taxis WHERE promised_taxis.taxi_id = near.taxi_id)
    ORDER BY place LIMIT 1
  ), promised AS (
    INSERT INTO promised_taxis (taxi_id, ride_id) SELECT taxi_id, $1 FROM free ON CONFLICT (taxi_id) DO NOTHING RETURNING taxi_id
  )
  SELECT (SELECT taxi_id FROM free) AS candidate, (SELECT taxi_id FROM promised) AS promised`;

@Injectable()
export class RideTable {
  constructor(private readonly dataSource: DataSource) {}

  async find(rideId: string, within: SqlExecutor = this.dataSource): Promise<VersionedRide | undefined> {
    const [row] = await within.query<RideRow[]>('SELECT state, version FROM rides WHERE ride_id = $1', [rideId]);
    return row && { ride: row.state, version: Number(row.version) };
  }

  /** Those of a status, or those that are not over; the latest request first. @throws Problem 400 for a cursor that is none */
  async page(status: RideStatus | undefined, limit: number, cursor: string | undefined): Promise<Page<VersionedRide>> {
    const before = cursor === undefined ? undefined : cursors.decode(cursor);
    const rows = await this.dataSource.query<RideRow[]>(
      `SELECT state, version FROM rides
       WHERE ${status === undefined ? 'active AND $1::text IS NULL' : 'status = $1'}
         AND ($2::timestamptz IS NULL OR (requested_at, ride_id) < ($2, $3))
       ORDER BY requested_at DESC, ride_id DESC LIMIT $4`,
      [status ?? null, before?.requestedAt ?? null, before?.rideId ?? null, limit + 1],
    );
    const rides = rows.map(({ state, version }) => ({ ride: state, version: Number(version) }));
    return pageOf(rides, limit, ({ ride: { requestedAt, rideId } }) => cursors.encode({ requestedAt, rideId }));
  }

  /** The rides of which one has each of these taxis. */
  async ridesOf(taxiIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.dataSource.query<{ taxi_id: string; ride_id: string }[]>(
      'SELECT taxi_id, ride_id FROM promised_taxis WHERE taxi_id = ANY ($1)',
      [taxiIds],
    );
    return new Map(rows.map((row) => [row.taxi_id, row.ride_id]));
  }

  /** Writes the ride as it is after its events. */
  async record(transaction: SqlExecutor, { ride, version }: VersionedRide): Promise<void> {
    await transaction.query(
      `INSERT INTO rides (ride_id, status, active, requested_at, version, state, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (ride_id) DO UPDATE SET status = excluded.status, active = excluded.active, version = excluded.version,
         state = excluded.state, due_at = excluded.due_at`,
      [ride.rideId, ride.status, isActive(ride), ride.requestedAt, version, ride, dueAt(ride)],
    );
  }

  /** Promises the first taxi that belongs to no ride to this one. @returns undefined when each of them does. */
  async promiseFirst(
    transaction: SqlExecutor,
    rideId: string,
    taxiIds: readonly string[],
  ): Promise<string | undefined> {
    for (;;) {
      const [row] = await transaction.query<Promising[]>(promiseFirst, [rideId, taxiIds]);
      const { candidate, promised } = row!;
      if (candidate === null) return undefined;
      if (promised !== null) return promised;
    }
  }

  /** The ride's taxi is free. */
  async release(transaction: SqlExecutor, rideId: string): Promise<void> {
    await transaction.query('DELETE FROM promised_taxis WHERE ride_id = $1', [rideId]);
  }

  /** The ride goes on asking for a taxi. */
  async postpone(transaction: SqlExecutor, rideId: string): Promise<void> {
    const again = new Date(Date.now() + searchAgainMs);
    await transaction.query('UPDATE rides SET due_at = $2 WHERE ride_id = $1', [rideId, again]);
  }

  /** Takes rides that are due, so that no other instance takes them too. Each is to be dealt with, or comes again. */
  async takeDue(limit: number): Promise<Ride[]> {
    const now = Date.now();
    const [rows] = await this.dataSource.query<[{ state: Ride }[], number]>(
      `UPDATE rides SET due_at = $2 WHERE ride_id IN (
         SELECT ride_id FROM rides WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
       ) RETURNING state`,
      [new Date(now), new Date(now + leaseMs), limit],
    );
    return rows.map(({ state }) => state);
  }

  async countOf(status: RideStatus): Promise<number> {
    const [row] = await this.dataSource.query<{ count: string }[]>('SELECT count(*) FROM rides WHERE status = $1', [
      status,
    ]);
    return Number(row!.count);
  }
}

/** Whoever made it `requested` looks for a taxi at once; the time is for the case that it dies before. */
function dueAt({ status, offerExpiresAt }: Ride): Date | null {
  if (status === 'requested') return new Date(Date.now() + searchAgainMs);
  return status === 'offered' ? new Date(offerExpiresAt!) : null;
}
