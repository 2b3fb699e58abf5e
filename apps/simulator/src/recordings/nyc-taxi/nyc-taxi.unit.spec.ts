import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { countKinds } from '../../replay/trace.ts';
import { apexOf, distanceMeters, exponentialSpeeds, meterPositions } from './meter-path.ts';
import { nycTaxi } from './nyc-taxi.ts';

const RECORDING = resolve(import.meta.dirname, '../../../../../../shared/data/nyc-taxi-2013');
const HEADER =
  'medallion,hack_license,pickup_datetime,dropoff_datetime,trip_time_in_secs,trip_distance,pickup_longitude,pickup_latitude,dropoff_longitude,dropoff_latitude,payment_type,fare_amount';
const row = (taxi: string, from: string, to: string, places = '-73.956528,40.716976,-73.962440,40.715008'): string =>
  `${taxi},d,2013-01-01 ${from},2013-01-01 ${to},0,0.44,${places},CSH,3.50`;

let folder: string;

const write = (rows: readonly string[]): Promise<void> =>
  writeFile(join(folder, 'trips.csv'), [HEADER, ...rows].join('\n'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nyc-taxi-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("a recording of New York's taxis", () => {
  it('becomes positions, requests and rides in order of time, ends before beginnings', async () => {
    await write([
      row('t1', '00:00:00', '00:02:00'),
      row('t2', '00:01:00', '00:01:00'),
      row('t3', '00:01:00', '00:05:00', '0.000000,0.000000,-73.96,40.71'),
      row('t1', '00:02:00', '00:03:00'),
      row('t4', '00:01:00', '00:13:00', '-0.028333,40.76442,-73.988121,40.764679'),
    ]);
    const { trace } = await nycTaxi.read(folder);
    expect(trace.leftOut).toEqual({ 'trips without possible places or without duration': 3 });
    const shown = trace.events.map(
      ({ path, occurredAtMs }) => `${new Date(occurredAtMs).toISOString().slice(11, 16)} ${path}`,
    );
    expect(shown).toEqual([
      '05:00 /users/positions',
      '05:00 /taxis/positions',
      '05:00 /rides',
      '05:00 /rides/ride-00001/accept',
      '05:00 /rides/ride-00001/pick-up',
      '05:02 /rides/ride-00001/positions',
      '05:02 /rides/ride-00001/complete',
      '05:02 /taxis/positions',
      '05:02 /taxis/positions',
      '05:02 /rides',
      '05:02 /rides/ride-00004/accept',
      '05:02 /rides/ride-00004/pick-up',
      '05:03 /rides/ride-00004/positions',
      '05:03 /rides/ride-00004/complete',
      '05:03 /taxis/positions',
    ]);
    expect(trace.events[1]?.body).toEqual({
      positions: [
        {
          taxiId: 't1',
          latitude: 40.716976,
          longitude: -73.956528,
          available: true,
          occurredAt: '2013-01-01T05:00:00.000Z',
        },
      ],
    });
  });

  it('is driven by the taxi that was asked', async () => {
    await write([row('t1', '00:00:00', '00:02:00')]);
    const { events } = (await nycTaxi.read(folder)).trace;
    const [, , request, accept] = events;
    expect(accept?.body['taxiId']).toBe('t1');
    request?.onAnswer?.({ status: 'offered', taxiId: 't9' });
    expect(accept?.body['taxiId']).toBe('t9');
  });

  it('counts requests and distinct free taxis of a zone in a window', async () => {
    const there = '-73.956528,40.716976,-73.956528,40.716976';
    await write([row('t1', '00:00:00', '00:04:00', there), row('t1', '00:04:00', '00:06:00', there)]);
    const zones = (await nycTaxi.read(folder)).checks.at(-1)?.expected;
    expect([...(zones?.values() ?? [])]).toEqual([{ windows: 2, demand: 2, supply: 2, each: '05:00 2/1, 05:05 0/1' }]);
  });

  it('names the row that it cannot read', async () => {
    await write([row('t1', 'soon', '00:04:00')]);
    await expect(nycTaxi.read(folder)).rejects.toThrow(/trips\.csv:2: the row has no time as pickup_datetime\./);
  });
});

describe('the path of a meter', () => {
  const from = { latitude: 40.75, longitude: -73.99, occurredAtMs: 0 };
  const to = { latitude: 40.76, longitude: -73.97, occurredAtMs: 100_000 };

  it('is as long as the way that was driven, by an apex north of the line', () => {
    const apex = apexOf(from, to, 5000);
    expect(distanceMeters(from, apex) + distanceMeters(apex, to)).toBeCloseTo(5000, -1);
    expect(apex.latitude).toBeGreaterThan(40.755);
  });

  it('is straight when less was driven than the line is long', () => {
    expect(apexOf(from, to, 10).latitude).toBeCloseTo(40.755, 9);
    expect(apexOf(from, to, 10).longitude).toBeCloseTo(-73.98, 9);
  });

  it('tells a position each 30 s, and the last one', () => {
    const positions = meterPositions(from, to, 5000, 30_000, 100);
    expect(positions.map(({ occurredAtMs }) => occurredAtMs)).toEqual([0, 30_000, 60_000, 90_000, 100_000]);
    expect(positions.at(0)).toEqual(from);
    expect(positions.at(-1)).toEqual(to);
  });

  it('is driven at speeds of the exponential distribution, mixed', () => {
    const speeds = exponentialSpeeds(3_600_000, 1_000, Infinity);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(speeds)).toBeCloseTo(1, 9);
    for (const x of [0.5, 1, 3]) {
      expect(speeds.filter((speed) => speed > x).length / speeds.length).toBeCloseTo(Math.exp(-x), 3);
    }
    expect(Math.abs(mean(speeds.slice(0, 1_800)) - 1)).toBeLessThan(0.01);
  });

  it('takes the whole time for the whole way, also when its last stretch is shorter', () => {
    for (const durationMs of [1, 29_999, 30_001, 100_000]) {
      const way = exponentialSpeeds(durationMs, 30_000, 2).reduce(
        (sum, speed, index) => sum + speed * Math.min(30_000, durationMs - index * 30_000),
        0,
      );
      expect(way).toBeCloseTo(durationMs, 6);
    }
  });

  it('has no stretch faster than a taxi', () => {
    const speeds = exponentialSpeeds(1_800_000, 30_000, 2.5);
    expect(Math.max(...speeds)).toBeCloseTo(2.5, 9);
    const far = { ...to, latitude: 40.95, occurredAtMs: 1_800_000 };
    const positions = meterPositions(from, far, 30_000, 30_000, 25);
    const steps = positions.slice(1).map((position, index) => distanceMeters(positions[index]!, position) / 30);
    expect(Math.max(...steps)).toBeLessThanOrEqual(25 * 1.001);
    expect(Math.max(...steps)).toBeGreaterThan(24);
  });
});

const absence = existsSync(RECORDING) ? undefined : `there is no recording at ${RECORDING}.`;

describeUnless(absence, "the recording of New York's taxis in the first hour of 2013", () => {
  it('has a ride for each trip that can be one', async () => {
    const { trace, checks } = await nycTaxi.read(RECORDING);
    const kinds = countKinds(trace);
    const rides = kinds['ride requests'] ?? 0;
    expect(rides + (trace.leftOut['trips without possible places or without duration'] ?? 0)).toBe(10_004);
    expect(kinds).toMatchObject({ completions: rides, 'user positions': rides, 'taxi positions': 2 * rides });
    const demand = [...(checks.at(-1)?.expected.values() ?? [])].reduce(
      (sum, facts) => sum + Number(facts['demand']),
      0,
    );
    expect(demand).toBe(rides);
  });
});
