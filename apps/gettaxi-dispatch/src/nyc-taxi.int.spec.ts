/**
 * Recorded trips of New York's taxis: at each request the nearest are those of a search through all.
 *
 * A trip is a taxi that is free where its rider gets in, a request there, and a taxi that is free again where they get out, by time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { startBroker, startPostgres } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import { createTopics, startDispatch } from '../fixtures/dispatch-under-test.ts';
import { TaxiIndex, type TaxiReport } from './fleet/taxi-index.ts';
import { earthRadiusMeters, spherePointOf, type Place, type SpherePoint } from './place/place.ts';

const file = resolve(import.meta.dirname, '../../../../shared/data/nyc-taxi-2013/trips.csv');
const absence = existsSync(file) ? undefined : `there is no ${file}`;

const tripsThroughTheService = 40;
const looked = 8;

interface Trip {
  readonly taxiId: string;
  readonly pickup: Place;
  readonly dropOff: Place;
}

interface Step {
  readonly trip: Trip;
  readonly at: number;
  readonly kind: 'dropOff' | 'pickup';
}

/** What happens, by time; a taxi that ends a trip and begins another in one minute is free in between. */
function steps(): Step[] {
  const [header = '', ...rows] = readFileSync(file, 'utf8').trim().split('\n');
  const column = (name: string): number => header.split(',').indexOf(name);
  const all = rows.flatMap((row): Step[] => {
    const fields = row.split(',');
    const number = (name: string): number => Number(fields[column(name)]);
    const time = (name: string): number => Date.parse(`${fields[column(name)]!.replace(' ', 'T')}-05:00`);
    const pickup = { latitude: number('pickup_latitude'), longitude: number('pickup_longitude') };
    const dropOff = { latitude: number('dropoff_latitude'), longitude: number('dropoff_longitude') };
    const [began, ended] = [time('pickup_datetime'), time('dropoff_datetime')];
    const isUsed =
      ended > began && [...Object.values(pickup), ...Object.values(dropOff)].every((degrees) => degrees !== 0);
    const trip = { taxiId: fields[column('medallion')]!, pickup, dropOff };
    return isUsed
      ? [
          { trip, at: ended, kind: 'dropOff' },
          { trip, at: began, kind: 'pickup' },
        ]
      : [];
  });
  const order = { dropOff: 0, pickup: 1 };
  return all.sort((one, other) => one.at - other.at || order[one.kind] - order[other.kind]);
}

interface Measured {
  readonly taxiId: string;
  readonly meters: number;
}

/** Everything that is free, measured one by one. */
class EveryTaxi {
  private readonly free = new Map<string, SpherePoint>();

  report(taxiId: string, place: Place, available: boolean): void {
    if (available) this.free.set(taxiId, spherePointOf(place));
    else this.free.delete(taxiId);
  }

  nearest(place: Place, count: number): Measured[] {
    const { x, y, z } = spherePointOf(place);
    const nearest: { taxiId: string; squaredChord: number }[] = [];
    for (const [taxiId, point] of this.free) {
      const squaredChord = (point.x - x) ** 2 + (point.y - y) ** 2 + (point.z - z) ** 2;
      if (nearest.length === count && squaredChord > nearest[count - 1]!.squaredChord) continue;
      nearest.push({ taxiId, squaredChord });
      nearest.sort((one, other) => one.squaredChord - other.squaredChord || (one.taxiId < other.taxiId ? -1 : 1));
      if (nearest.length > count) nearest.pop();
    }
    return nearest.map(({ taxiId, squaredChord }) => ({
      taxiId,
      meters: 2 * earthRadiusMeters * Math.asin(Math.sqrt(squaredChord) / 2),
    }));
  }
}

describeUnless(absence, 'the recorded taxis of New York', () => {
  it('are found as a search through all finds them, at every request', () => {
    const index = new TaxiIndex(Infinity);
    const every = new EveryTaxi();
    const report = (taxiId: string, place: Place, available: boolean, at: number): void => {
      const { latitude, longitude } = place;
      const given: TaxiReport = { taxiId, latitude, longitude, available, occurredAtMs: at };
      index.report(given, at);
      every.report(taxiId, place, available);
    };
    let requests = 0;
    for (const { trip, at, kind } of steps()) {
      if (kind === 'dropOff') {
        report(trip.taxiId, trip.dropOff, true, at);
        continue;
      }
      // Those that wait around; the taxi that was hailed in the street would be the nearest to itself.
      const found = index.nearest(trip.pickup, looked);
      const expected = every.nearest(trip.pickup, looked);
      const isSame = found.every(
        ({ distanceMeters }, place) => Math.abs(distanceMeters - expected[place]!.meters) < 1e-3,
      );
      if (!isSame || found.length !== expected.length || found[0]?.report.taxiId !== expected[0]?.taxiId)
        throw new Error(`request ${requests}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
      report(trip.taxiId, trip.pickup, false, at);
      requests += 1;
    }
    expect(requests).toBeGreaterThan(9_000);
  }, 120_000);

  it('are offered by the service as that search says, trip after trip', async () => {
    const [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
    await createTopics(broker);
    const databaseUrl = await postgres.createDatabase('gettaxi_dispatch');
    const dispatch = await startDispatch({ kafka: broker, databaseUrl });
    try {
      const every = new EveryTaxi();
      const rideOf = new Map<Trip, { rideId: string; taxiId: string }>();
      for (const { trip, at, kind } of steps()) {
        if (rideOf.size === tripsThroughTheService) break;
        const occurredAt = new Date(at).toISOString();
        const ride = rideOf.get(trip);
        if (kind === 'dropOff' && ride) {
          const { rideId, taxiId } = ride;
          const place = trip.dropOff;
          expect(await dispatch.act(rideId, 'complete', { taxiId, place, occurredAt })).toMatchObject({ status: 200 });
          const moved = { ...place, available: true, occurredAt };
          expect(await dispatch.send('POST', `/taxis/${taxiId}/position`, moved)).toMatchObject({ status: 204 });
          every.report(taxiId, place, true);
        }
        if (kind !== 'pickup') continue;
        // Recorded taxis wait where their trips began; who is nearest takes the rider, whoever did then.
        if (!rideOf.values().some(({ taxiId }) => taxiId === trip.taxiId)) {
          const waiting = { ...trip.pickup, available: true, occurredAt };
          await dispatch.send('POST', `/taxis/${trip.taxiId}/position`, waiting);
          every.report(trip.taxiId, trip.pickup, true);
        }
        const [expected] = every.nearest(trip.pickup, 1);
        const { body } = await dispatch.request('rider', trip.pickup, { requestedAt: occurredAt });
        expect(body).toMatchObject({ status: 'offered', taxiId: expected!.taxiId });
        const { rideId } = body;
        const taxiId = expected!.taxiId;
        every.report(taxiId, trip.pickup, false);
        await dispatch.act(rideId, 'accept', { taxiId, occurredAt });
        await dispatch.act(rideId, 'pick-up', { taxiId, place: trip.pickup, occurredAt });
        rideOf.set(trip, { rideId, taxiId });
      }
    } finally {
      await dispatch.close();
      await postgres.close();
      await broker.close();
    }
  }, 120_000);
});
