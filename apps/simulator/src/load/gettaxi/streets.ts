/** The part of Manhattan that the load drives through, as a plain grid: avenues lie 29 degrees east of north. */
import { type Place } from '../../requests/gettaxi-requests.ts';
import { type SeededRandom } from '../seeded-random.ts';

/** Meters up the avenues and across them, from Union Square on. */
export interface Corner {
  readonly up: number;
  readonly across: number;
}

const ORIGIN: Place = { latitude: 40.7359, longitude: -73.9911 };
const BEARING = (29 * Math.PI) / 180;
const METERS_PER_DEGREE = 111_195;
const LONGITUDE_SHRINK = Math.cos((ORIGIN.latitude * Math.PI) / 180);

const STREET_METERS = 80;
const STREETS = 62;
const AVENUE_METERS = 280;
/** Avenues on each side of the origin. */
const AVENUES = 4;

/** Where many want to go in the rush hour. */
const DOWNTOWN: Corner = { up: 18 * STREET_METERS, across: 0 };
const DOWNTOWN_STREETS = 8;

export function placeOf({ up, across }: Corner): Place {
  const north = up * Math.cos(BEARING) - across * Math.sin(BEARING);
  const east = up * Math.sin(BEARING) + across * Math.cos(BEARING);
  return {
    latitude: rounded(ORIGIN.latitude + north / METERS_PER_DEGREE),
    longitude: rounded(ORIGIN.longitude + east / METERS_PER_DEGREE / LONGITUDE_SHRINK),
  };
}

/** A meter is enough: six decimals. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

export function anyCorner(random: SeededRandom): Corner {
  return {
    up: random.below(STREETS) * STREET_METERS,
    across: (random.below(2 * AVENUES + 1) - AVENUES) * AVENUE_METERS,
  };
}

export function cornerDowntown(random: SeededRandom): Corner {
  return near(DOWNTOWN, DOWNTOWN_STREETS, random);
}

/** A corner some streets away at most, and an avenue or two. */
export function near(corner: Corner, streets: number, random: SeededRandom): Corner {
  const up = corner.up + (random.below(2 * streets + 1) - streets) * STREET_METERS;
  const across = corner.across + (random.below(5) - 2) * AVENUE_METERS;
  return {
    up: Math.min(Math.max(up, 0), (STREETS - 1) * STREET_METERS),
    across: Math.min(Math.max(across, -AVENUES * AVENUE_METERS), AVENUES * AVENUE_METERS),
  };
}

/** Drives `meters` along the avenue, then along the street, towards a corner. */
export function towards(from: Corner, to: Corner, meters: number): Corner {
  const up = step(from.up, to.up, meters);
  const left = meters - Math.abs(up - from.up);
  return { up, across: step(from.across, to.across, left) };
}

function step(from: number, to: number, most: number): number {
  const way = to - from;
  return Math.abs(way) <= most ? to : from + Math.sign(way) * Math.max(most, 0);
}

export function isAt(one: Corner, other: Corner): boolean {
  return one.up === other.up && one.across === other.across;
}
