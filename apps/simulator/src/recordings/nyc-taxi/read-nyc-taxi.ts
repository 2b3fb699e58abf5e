/**
 * New York's taxi records as rides of GetTaxi. At a pick-up the rider tells where they are, the taxi that it is free there,
 * and the rider asks for a ride: the taxi at no distance is the nearest, accepts and picks up. Under way its meter tells
 * positions; at the drop-off the ride is completed and the taxi free again, there.
 *
 * Rows whose places are not known, or so far apart that no taxi can have driven there in the time, or whose time does not go on, are counted
 * and left out: a receiver was wrong by an ocean now and then. The records' times are New York's
 * in winter, five hours behind UTC.
 */
import { basename, join } from 'node:path';
import { type RefusedItem, type Trace, type TraceEvent } from '../../replay/trace.ts';
import { batches } from '../../requests/batches.ts';
import {
  rideCommandRequest,
  rideRequest,
  taxiPositionsRequest,
  userPositionsRequest,
  withTime,
  type Place,
  type Ride,
  type TimedPlace,
} from '../../requests/gettaxi-requests.ts';
import { failRow, readLines, type Line } from '../lines.ts';
import { distanceMeters, METERS_PER_MILE, meterPositions } from './meter-path.ts';

/** The files that a replay needs. */
export const FILES = ['trips.csv'] as const;

const UTC_OFFSET = '-05:00';
export const METER_EVERY_MS = 30_000;
const METER_POSITIONS_IN_BATCH = 20;
const USERS_IN_BATCH = 100;
/** Between two places, as the meter has it: what is faster is no way of a taxi. */
const MOST_METERS_PER_SECOND = (100 * METERS_PER_MILE) / 3600;
const COLUMNS = [
  'medallion',
  'pickup_datetime',
  'dropoff_datetime',
  'trip_distance',
  'pickup_longitude',
  'pickup_latitude',
  'dropoff_longitude',
  'dropoff_latitude',
  'fare_amount',
] as const;

export interface Trip {
  readonly rideId: string;
  readonly userId: string;
  readonly taxiId: string;
  readonly pickup: TimedPlace;
  readonly dropOff: TimedPlace;
  readonly drivenMeters: number;
  /** What the meter showed, in dollars: without surcharge, tax, tip and tolls. */
  readonly fareDollars: number;
  readonly origin: string;
}

export interface NycTaxi {
  readonly name: string;
  /** In the order of the file. */
  readonly trips: readonly Trip[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/** @throws SimulatorError for a wrong row, with its file and line */
export async function readNycTaxi(folder: string): Promise<NycTaxi> {
  const trips: Trip[] = [];
  let columns: Map<string, number> | undefined;
  let rows = 0;
  for await (const line of readLines(join(folder, 'trips.csv'))) {
    if (columns === undefined) {
      columns = columnsOf(line);
      continue;
    }
    rows += 1;
    const trip = tripOf(line, columns, rows);
    if (trip !== undefined) trips.push(trip);
  }
  const unused = rows - trips.length;
  const leftOut: Record<string, number> =
    unused === 0 ? {} : { 'trips without possible places or without duration': unused };
  return { name: basename(folder), trips, leftOut };
}

function columnsOf({ origin, text }: Line): Map<string, number> {
  const columns = new Map(text.split(',').map((name, index) => [name.trim(), index]));
  const absent = COLUMNS.find((name) => !columns.has(name));
  if (absent !== undefined) failRow(origin, `does not name ${absent}`);
  return columns;
}

/** Undefined for a trip that has no places, takes no time, or is faster than a taxi. */
function tripOf({ origin, text }: Line, columns: ReadonlyMap<string, number>, number: number): Trip | undefined {
  const fields = text.split(',');
  const field = (name: (typeof COLUMNS)[number]): string => fields[columns.get(name) ?? -1] ?? '';
  const numeric = (name: (typeof COLUMNS)[number]): number => {
    const value = Number(field(name) === '' ? Number.NaN : field(name));
    return Number.isFinite(value) ? value : failRow(origin, `has no number as ${name}`);
  };
  const time = (name: (typeof COLUMNS)[number]): number => {
    const ms = Date.parse(`${field(name).replace(' ', 'T')}${UTC_OFFSET}`);
    return Number.isNaN(ms) ? failRow(origin, `has no time as ${name}`) : ms;
  };
  const place = (name: 'pickup' | 'dropoff'): TimedPlace => ({
    latitude: numeric(`${name}_latitude`),
    longitude: numeric(`${name}_longitude`),
    occurredAtMs: time(`${name}_datetime`),
  });
  const pickup = place('pickup');
  const dropOff = place('dropoff');
  const places = [pickup.latitude, pickup.longitude, dropOff.latitude, dropOff.longitude];
  if (places.includes(0) || dropOff.occurredAtMs <= pickup.occurredAtMs) return undefined;
  const seconds = (dropOff.occurredAtMs - pickup.occurredAtMs) / 1000;
  const drivenMeters = numeric('trip_distance') * METERS_PER_MILE;
  if (Math.max(drivenMeters, distanceMeters(pickup, dropOff)) > seconds * MOST_METERS_PER_SECOND) return undefined;
  const id = String(number).padStart(5, '0');
  return {
    rideId: `ride-${id}`,
    userId: `rider-${id}`,
    taxiId: field('medallion'),
    pickup,
    dropOff,
    drivenMeters,
    fareDollars: numeric('fare_amount'),
    origin,
  };
}

/** Of what happens at one time, ends come before beginnings: a taxi may drop off and pick up within a minute. */
const RANKS = { end: 0, begin: 1 } as const;

interface Moment {
  readonly atMs: number;
  readonly rank: number;
  readonly events: readonly TraceEvent[];
}

/** The requests that the recording becomes. */
export function traceOf({ name, trips, leftOut }: NycTaxi): Trace {
  const moments = trips.flatMap((trip) => momentsOf(trip, name));
  // Sorting keeps the order of the file among equals.
  moments.sort((left, right) => left.atMs - right.atMs || left.rank - right.rank);
  return { name, leftOut, events: [...usersOf(trips, name), ...moments.flatMap(({ events }) => events)].sort(byTime) };
}

const byTime = (left: TraceEvent, right: TraceEvent): number => left.occurredAtMs - right.occurredAtMs;

/** Where riders were, a batch for each minute or so: nothing hangs on them. */
function usersOf(trips: readonly Trip[], name: string): TraceEvent[] {
  const positions = trips
    .map(({ userId, pickup }) => ({ userId, ...pickup }))
    .toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  return batches(positions, USERS_IN_BATCH).map((batch, index) => {
    const key = `${name}-users-${index}`;
    const occurredAtMs = batch[0]?.occurredAtMs ?? 0;
    return userPositionsRequest(batch, {
      idempotencyKey: key,
      chain: key,
      occurredAtMs,
      origin: 'riders at their pick-ups',
    });
  });
}

function momentsOf(trip: Trip, name: string): Moment[] {
  const { rideId, userId, taxiId, pickup, dropOff, origin } = trip;
  // The nearest taxi is the recorded one, or one that stands at the same place: that one drives then.
  let driver = taxiId;
  const at = (what: string, occurredAtMs: number) => ({
    idempotencyKey: `${name}-${rideId}-${what}`,
    chain: taxiId,
    occurredAtMs,
    origin,
  });
  // Of a ride that an earlier replay has completed.
  const again = <T>(identity: T) => ({ ...identity, mayConflict: true });
  const free = (where: TimedPlace, what: string): TraceEvent =>
    taxiPositionsRequest([{ taxiId, ...where, available: true }], at(what, where.occurredAtMs));
  const command = (which: 'accept' | 'pick-up' | 'complete', where: TimedPlace): TraceEvent =>
    rideCommandRequest(
      rideId,
      which,
      () => ({
        taxiId: driver,
        ...(which === 'accept' ? {} : { place: placeOf(where) }),
        occurredAt: new Date(where.occurredAtMs).toISOString(),
      }),
      again(at(which, where.occurredAtMs)),
    );
  const request = {
    ...rideRequest(
      { rideId, userId, pickup: placeOf(pickup), dropOff: placeOf(dropOff), requestedAtMs: pickup.occurredAtMs },
      at('request', pickup.occurredAtMs),
    ),
    refusedItems: rideWithoutTaxi,
    onAnswer: (answer: unknown) => {
      driver = (answer as Ride).taxiId ?? taxiId;
    },
  };
  const meter = batches(
    meterPositions(pickup, dropOff, trip.drivenMeters, METER_EVERY_MS, MOST_METERS_PER_SECOND),
    METER_POSITIONS_IN_BATCH,
  );
  const underWay = meter.map((batch, index): Moment => {
    const atMs = batch.at(-1)?.occurredAtMs ?? dropOff.occurredAtMs;
    const body = () => ({ taxiId: driver, positions: batch.map(withTime) });
    return {
      atMs,
      rank: RANKS.end,
      events: [rideCommandRequest(rideId, 'positions', body, again(at(`meter-${index}`, atMs)))],
    };
  });
  const begin = [free(pickup, 'free-at-pick-up'), request, command('accept', pickup), command('pick-up', pickup)];
  const end = [command('complete', dropOff), free(dropOff, 'free-at-drop-off')];
  return [
    { atMs: pickup.occurredAtMs, rank: RANKS.begin, events: begin },
    ...underWay,
    { atMs: dropOff.occurredAtMs, rank: RANKS.end, events: end },
  ];
}

/** The position of the taxi may not have come through yet: asking again finds it. */
function rideWithoutTaxi(answer: unknown): readonly RefusedItem[] {
  const { status } = answer as Ride;
  if (status === 'requested') return [{ status: 503, reason: 'no taxi is known yet' }];
  return status === 'unfulfilled' || status === 'cancelled' ? [{ status: 409, reason: `the ride is ${status}` }] : [];
}

function placeOf({ latitude, longitude }: Place): Place {
  return { latitude, longitude };
}
