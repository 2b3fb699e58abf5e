/** Zones: cells of H3 (https://h3geo.org), hexagons of one resolution that cover the earth. A zone's id is its index as text. */
import { cellToBoundary, cellToLatLng, getResolution, isValidCell, latLngToCell } from 'h3-js';

/** A place on the map, WGS 84, degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The zone of a place; undefined for what is no place on earth. */
export function zoneOf({ latitude, longitude }: Place, resolution: number): string | undefined {
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  return latLngToCell(latitude, longitude, resolution);
}

export function isZone(text: string, resolution: number): boolean {
  return isValidCell(text) && getResolution(text) === resolution && text === text.toLowerCase();
}

export function centerOf(zone: string): Place {
  const [latitude, longitude] = cellToLatLng(zone);
  return { latitude, longitude };
}

/** The corners, counterclockwise; the first is not repeated. */
export function boundaryOf(zone: string): Place[] {
  return cellToBoundary(zone).map(([latitude, longitude]) => ({ latitude, longitude }));
}
