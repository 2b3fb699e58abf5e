/** Places on the earth, and how far apart they are. */

/** WGS 84, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The place alone, of something that has one. */
export const placeOf = ({ latitude, longitude }: Place): Place => ({ latitude, longitude });

/** A place as a point of the unit sphere: near points compare without trigonometry, and at the poles as anywhere. */
export interface SpherePoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** The mean radius of the earth in meters (IUGG): on a sphere, distances are off by half a percent at the most. */
export const earthRadiusMeters = 6_371_008.8;

const radians = Math.PI / 180;

export function spherePointOf({ latitude, longitude }: Place): SpherePoint {
  const parallel = Math.cos(latitude * radians);
  return {
    x: parallel * Math.cos(longitude * radians),
    y: parallel * Math.sin(longitude * radians),
    z: Math.sin(latitude * radians),
  };
}

/** Great-circle distance in meters. Exact for near points too, where the arc cosine would not be. */
export function metersBetween(one: SpherePoint, other: SpherePoint): number {
  const chord = Math.hypot(one.x - other.x, one.y - other.y, one.z - other.z);
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, chord / 2));
}
