/**
 * A map of a city without tiles: an equirectangular projection around its middle, whose error over 30 km is less than a
 * pixel. Units of the picture are meters, east and south of the north-western corner.
 */
import type { Place } from './city-answers.ts';

const METERS_PER_DEGREE = 111_195;
/** Places that lie far off do not make the map small: this share is left out at each end. */
const OUTLYING_SHARE = 0.02;
const MARGIN_METERS = 350;
const SMALLEST_METERS = 2000;

export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The rectangle in which nearly all of the places lie; undefined without any. */
export function boxAround(places: readonly Place[]): Box | undefined {
  if (places.length === 0) return undefined;
  const [south, north] = inner(places.map(({ latitude }) => latitude));
  const [west, east] = inner(places.map(({ longitude }) => longitude));
  const shrink = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const [low, high] = widened(south, north, METERS_PER_DEGREE);
  const [left, right] = widened(west, east, METERS_PER_DEGREE * shrink);
  return { south: low, west: left, north: high, east: right };
}

function inner(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((one, other) => one - other);
  const skipped = Math.floor(sorted.length * OUTLYING_SHARE);
  return [sorted[skipped] ?? 0, sorted[sorted.length - 1 - skipped] ?? 0];
}

function widened(low: number, high: number, metersPerDegree: number): readonly [number, number] {
  const lacking = Math.max(SMALLEST_METERS - (high - low) * metersPerDegree, 0) / 2;
  const margin = (MARGIN_METERS + lacking) / metersPerDegree;
  return [low - margin, high + margin];
}

export class Projection {
  readonly box: Box;
  readonly width: number;
  readonly height: number;
  readonly #metersPerDegreeEast: number;

  constructor(box: Box) {
    this.box = box;
    this.#metersPerDegreeEast = METERS_PER_DEGREE * Math.cos(((box.south + box.north) / 2) * (Math.PI / 180));
    this.width = Math.round((box.east - box.west) * this.#metersPerDegreeEast);
    this.height = Math.round((box.north - box.south) * METERS_PER_DEGREE);
  }

  point({ latitude, longitude }: Place): Point {
    return {
      x: Math.round((longitude - this.box.west) * this.#metersPerDegreeEast),
      y: Math.round((this.box.north - latitude) * METERS_PER_DEGREE),
    };
  }

  place({ x, y }: Point): Place {
    return {
      latitude: this.box.north - y / METERS_PER_DEGREE,
      longitude: this.box.west + x / this.#metersPerDegreeEast,
    };
  }

  holds(place: Place): boolean {
    const { south, west, north, east } = this.box;
    const { latitude, longitude } = place;
    return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  }
}
