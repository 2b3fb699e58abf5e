import { describe, expect, it } from '@jest/globals';
import { cellToBoundary, cellToLatLng, getPentagons } from 'h3-js';
import { earthRadiusMeters, type Place } from '../place/place.ts';
import { TaxiIndex, type NearTaxi, type TaxiReport } from './taxi-index.ts';

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Another formula than the one under test: the haversine. */
function haversineMeters(one: Place, other: Place): number {
  const radians = Math.PI / 180;
  const latitudes = Math.sin(((other.latitude - one.latitude) * radians) / 2) ** 2;
  const longitudes = Math.sin(((other.longitude - one.longitude) * radians) / 2) ** 2;
  const parallels = Math.cos(one.latitude * radians) * Math.cos(other.latitude * radians);
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(latitudes + parallels * longitudes)));
}

const bruteForce = (taxis: Iterable<TaxiReport>, place: Place, count: number): number[] =>
  [...taxis]
    .filter(({ available }) => available)
    .map((taxi) => haversineMeters(place, taxi))
    .sort((one, other) => one - other)
    .slice(0, count);

function expectNearest(found: readonly NearTaxi[], expected: readonly number[], place: Place): void {
  expect(found).toHaveLength(expected.length);
  for (const [at, { report, distanceMeters }] of found.entries()) {
    expect(Math.abs(distanceMeters - expected[at]!)).toBeLessThan(1e-3);
    expect(Math.abs(distanceMeters - haversineMeters(place, report))).toBeLessThan(1e-3);
  }
  expect(new Set(found.map(({ report }) => report.taxiId)).size).toBe(found.length);
}

const manhattan = { latitude: 40.7549, longitude: -73.984 };
const report = (taxiId: string, place: Place, occurredAtMs = 0, available = true): TaxiReport => ({
  taxiId,
  latitude: place.latitude,
  longitude: place.longitude,
  available,
  occurredAtMs,
});
const around = (center: Place, degrees: number, random: () => number): Place => ({
  latitude: Math.max(-90, Math.min(90, center.latitude + (random() - 0.5) * degrees)),
  longitude: ((center.longitude + (random() - 0.5) * degrees + 540) % 360) - 180,
});

const seeds = Array.from({ length: 2 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) }, () =>
  Math.floor(Math.random() * 2 ** 32),
);

describe('the nearest taxis', () => {
  // From some hundred in one block to a handful in a county; around a pentagon, the antimeridian, a pole.
  const [latitude, longitude] = cellToLatLng(getPentagons(9)[0]!);
  const [cornerLatitude, cornerLongitude] = cellToBoundary(getPentagons(9)[3]!)[0]!;
  const settings: readonly { readonly name: string; readonly center: Place; readonly degrees: number }[] = [
    { name: 'a block', center: manhattan, degrees: 0.01 },
    { name: 'a city', center: manhattan, degrees: 0.2 },
    { name: 'a county', center: manhattan, degrees: 2 },
    { name: 'a continent', center: manhattan, degrees: 60 },
    { name: 'a pentagon of H3', center: { latitude, longitude }, degrees: 0.05 },
    {
      name: 'the corner of a pentagon',
      center: { latitude: cornerLatitude, longitude: cornerLongitude },
      degrees: 0.05,
    },
    { name: 'the antimeridian', center: { latitude: -17.7, longitude: 180 }, degrees: 0.3 },
    { name: 'the north pole', center: { latitude: 90, longitude: 0 }, degrees: 0.5 },
  ];

  it.each(seeds)('are those of a search through all, at any density and anywhere (seed %d)', (seed) => {
    const random = randomOf(seed);
    for (const { center, degrees } of settings)
      for (const size of [0, 1, 7, 300, 2_000]) {
        const index = new TaxiIndex(1_000);
        const taxis = Array.from({ length: size }, (_, taxi) =>
          report(`t${taxi}`, around(center, degrees, random), 0, random() < 0.8),
        );
        for (const taxi of taxis) index.report(taxi, 0);
        for (let round = 0; round < 5; round += 1) {
          const place = around(center, degrees * 1.5, random);
          const count = 1 + Math.floor(random() * 12);
          expectNearest(index.nearest(place, count), bruteForce(taxis, place, count), place);
        }
      }
  });

  it.each(seeds)('stay those while taxis move, are hired and come back (seed %d)', (seed) => {
    const random = randomOf(seed);
    const index = new TaxiIndex(50);
    const expected = new Map<string, { taxi: TaxiReport; heardAtMs: number }>();
    for (let now = 0; now < 3_000; now += 1) {
      const taxi = report(
        `t${Math.floor(random() * 80)}`,
        around(manhattan, 0.08, random),
        now - Math.floor(random() * 20),
        random() < 0.7,
      );
      index.report(taxi, now);
      const known = expected.get(taxi.taxiId);
      if (!known || known.taxi.occurredAtMs <= taxi.occurredAtMs) expected.set(taxi.taxiId, { taxi, heardAtMs: now });
      index.expire(now);
      for (const [taxiId, { heardAtMs }] of expected) if (now - heardAtMs > 50) expected.delete(taxiId);
      const taxis = [...expected.values()].map((each) => each.taxi);
      expect(index.size).toBe(taxis.length);
      expect(index.free).toBe(taxis.filter(({ available }) => available).length);
      if (now % 10 === 0) expectNearest(index.nearest(manhattan, 5), bruteForce(taxis, manhattan, 5), manhattan);
    }
  });

  it('are in order of their names when they are equally far away', () => {
    const index = new TaxiIndex(1_000);
    for (const taxiId of ['c', 'a', 'd', 'b']) index.report(report(taxiId, manhattan), 0);
    expect(index.nearest(manhattan, 3).map((near) => near.report.taxiId)).toEqual(['a', 'b', 'c']);
  });
});

describe('the position of a taxi', () => {
  it('is the one with the latest time of its own, in whatever order they come', () => {
    const index = new TaxiIndex(1_000);
    expect(index.report(report('t1', manhattan, 20), 0)).toBe(true);
    expect(index.report(report('t1', { latitude: 0, longitude: 0 }, 10), 1)).toBe(false);
    expect(index.get('t1')).toMatchObject(manhattan);
  });

  it('is forgotten when nothing is heard for too long, and a report that comes again is nothing new', () => {
    const index = new TaxiIndex(1_000);
    index.report(report('t1', manhattan, 20), 0);
    expect(index.report(report('t1', manhattan, 20), 900)).toBe(false);
    index.expire(1_000);
    expect(index.free).toBe(1);
    index.expire(1_001);
    expect([index.size, index.free]).toEqual([0, 0]);
    // What was forgotten holds nothing back.
    expect(index.report(report('t1', manhattan, 10), 1_002)).toBe(true);
  });

  it('is found within a rectangle, across the antimeridian too, and never more than asked for', () => {
    const index = new TaxiIndex(1_000);
    index.report(report('east', { latitude: -17, longitude: 179 }), 0);
    index.report(report('west', { latitude: -17, longitude: -179 }, 0, false), 0);
    index.report(report('far', { latitude: -17, longitude: 0 }), 0);
    const taxisWithin = (west: number, east: number, limit: number) => {
      const { taxis, truncated } = index.within({ south: -20, north: -10, west, east }, limit);
      return { taxis: taxis.map(({ taxiId }) => taxiId), truncated };
    };
    expect(taxisWithin(178, -178, 5)).toEqual({ taxis: ['east', 'west'], truncated: false });
    expect(taxisWithin(-180, 180, 5)).toEqual({ taxis: ['east', 'west', 'far'], truncated: false });
    expect(taxisWithin(-180, 180, 2)).toEqual({ taxis: ['east', 'west'], truncated: true });
  });
});
