/**
 * Where taxis are: the latest position of each, and those that are for hire by H3 cell, to find the nearest.
 *
 * - Of a taxi the report with the latest `occurredAt` holds, in whatever order they come; of two at one moment the one that comes later.
 * - A report that comes again is no new one: it keeps the time at which it first arrived.
 * - A position is forgotten when nothing has been heard of the taxi for `maxAgeMs`, by the time at which reports arrived. What a device
 *   believes the time to be does not count here, so a replay of old trips is a fleet like any other.
 * - `nearest` is exact. Rings of cells around the place are searched from the inside; it stops when as many as were asked for are found
 *   and no cell of the next ring can hold a nearer one. Whoever goes from the place to a cell farther out crosses that ring, so none
 *   beyond can either. When more cells were looked at than taxis are free, all free ones are measured instead: a lone taxi at the far
 *   end of the county costs no ten thousand empty cells.
 */
import { gridRing, latLngToCell } from 'h3-js';
import { metersBetween, spherePointOf, type Place, type SpherePoint } from '../place/place.ts';
import { CellGeometry } from './cell-geometry.ts';

/** What a taxi reports. */
export interface TaxiReport extends Place {
  readonly taxiId: string;
  /** For hire, as its driver says. */
  readonly available: boolean;
  /** By the taxi's clock, milliseconds since the epoch. */
  readonly occurredAtMs: number;
}

export interface NearTaxi {
  readonly report: TaxiReport;
  readonly distanceMeters: number;
}

/** A rectangle of the map; `west` is greater than `east` where it crosses the antimeridian. */
export interface MapBox {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

interface KnownTaxi {
  readonly report: TaxiReport;
  readonly point: SpherePoint;
  /** Undefined while it is not for hire. */
  readonly cell: string | undefined;
  /** When the report arrived. */
  readonly heardAtMs: number;
}

/** Cells of about 0.1 km² (edges of 200 m): some ten free taxis in a busy one, and a ring is soon searched. */
const resolution = 9;

export class TaxiIndex {
  private readonly taxis = new Map<string, KnownTaxi>();
  private readonly freeByCell = new Map<string, Set<KnownTaxi>>();
  private readonly geometry = new CellGeometry();
  private freeCount = 0;

  constructor(private readonly maxAgeMs: number) {}

  /** Taxis whose position is known. */
  get size(): number {
    return this.taxis.size;
  }

  /** Those of them that are for hire. */
  get free(): number {
    return this.freeCount;
  }

  /** @param heardAtMs when it arrived. @returns whether it holds now */
  report(report: TaxiReport, heardAtMs: number): boolean {
    const known = this.taxis.get(report.taxiId);
    if (known && (known.report.occurredAtMs > report.occurredAtMs || isSame(known.report, report))) return false;
    if (known) this.leaveCell(known);
    const cell = report.available ? latLngToCell(report.latitude, report.longitude, resolution) : undefined;
    const taxi = { report, point: spherePointOf(report), cell, heardAtMs };
    this.taxis.set(report.taxiId, taxi);
    if (cell !== undefined) this.enterCell(taxi, cell);
    return true;
  }

  get(taxiId: string): TaxiReport | undefined {
    return this.taxis.get(taxiId)?.report;
  }

  /** Forgets those of which nothing was heard for too long. */
  expire(nowMs: number): void {
    for (const taxi of this.taxis.values()) {
      if (nowMs - taxi.heardAtMs <= this.maxAgeMs) continue;
      this.leaveCell(taxi);
      this.taxis.delete(taxi.report.taxiId);
    }
  }

  /** The free taxis that are nearest to a place, the nearest first; of those equally far away the first by id. */
  nearest(place: Place, count: number): NearTaxi[] {
    const point = spherePointOf(place);
    const found = new NearestFound(point, count);
    const origin = latLngToCell(place.latitude, place.longitude, resolution);
    for (let ring = 0, cellsSeen = 0; ; ring += 1) {
      const cells = ring === 0 ? [origin] : gridRing(origin, ring);
      cellsSeen += cells.length;
      if (cellsSeen > this.freeCount) return this.nearestOfAll(point, count);
      if (found.isFull && this.geometry.leastMetersTo(point, cells) > found.farthestMeters) return found.inOrder();
      for (const cell of cells) for (const taxi of this.freeByCell.get(cell) ?? []) found.offer(taxi);
    }
  }

  /** Taxis within a rectangle, for hire or not: at most `limit`, whichever. */
  within(box: MapBox, limit: number): { readonly taxis: readonly TaxiReport[]; readonly truncated: boolean } {
    const taxis: TaxiReport[] = [];
    for (const { report } of this.taxis.values()) {
      if (!isWithin(report, box)) continue;
      if (taxis.length === limit) return { taxis, truncated: true };
      taxis.push(report);
    }
    return { taxis, truncated: false };
  }

  private nearestOfAll(point: SpherePoint, count: number): NearTaxi[] {
    const found = new NearestFound(point, count);
    for (const cell of this.freeByCell.values()) for (const taxi of cell) found.offer(taxi);
    return found.inOrder();
  }

  private enterCell(taxi: KnownTaxi, cell: string): void {
    const neighbors = this.freeByCell.get(cell);
    if (neighbors) neighbors.add(taxi);
    else this.freeByCell.set(cell, new Set([taxi]));
    this.freeCount += 1;
  }

  private leaveCell(taxi: KnownTaxi): void {
    if (taxi.cell === undefined) return;
    const neighbors = this.freeByCell.get(taxi.cell)!;
    neighbors.delete(taxi);
    if (neighbors.size === 0) this.freeByCell.delete(taxi.cell);
    this.freeCount -= 1;
  }
}

/** The nearest of those that were offered, at most `count`. */
class NearestFound {
  private readonly taxis: NearTaxi[] = [];

  constructor(
    private readonly point: SpherePoint,
    private readonly count: number,
  ) {}

  get isFull(): boolean {
    return this.taxis.length >= this.count;
  }

  get farthestMeters(): number {
    return this.taxis.at(-1)?.distanceMeters ?? 0;
  }

  offer({ report, point }: KnownTaxi): void {
    const distanceMeters = metersBetween(this.point, point);
    if (this.isFull && distanceMeters > this.farthestMeters) return;
    const taxi = { report, distanceMeters };
    let at = this.taxis.length;
    while (at > 0 && compareNear(taxi, this.taxis[at - 1]!) < 0) at -= 1;
    this.taxis.splice(at, 0, taxi);
    if (this.taxis.length > this.count) this.taxis.pop();
  }

  inOrder(): NearTaxi[] {
    return this.taxis;
  }
}

export function compareNear(one: NearTaxi, other: NearTaxi): number {
  return (
    one.distanceMeters - other.distanceMeters ||
    (one.report.taxiId < other.report.taxiId ? -1 : Number(one.report.taxiId > other.report.taxiId))
  );
}

function isSame(one: TaxiReport, other: TaxiReport): boolean {
  return (
    one.occurredAtMs === other.occurredAtMs &&
    one.latitude === other.latitude &&
    one.longitude === other.longitude &&
    one.available === other.available
  );
}

function isWithin({ latitude, longitude }: Place, { south, west, north, east }: MapBox): boolean {
  if (latitude < south || latitude > north) return false;
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
}
