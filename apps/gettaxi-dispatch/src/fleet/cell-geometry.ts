/**
 * H3 cells as circles: a center, and a radius within which the whole cell lies.
 *
 * A cell is a convex polygon of great-circle arcs, so no point of it is farther from its center than its farthest corner. That bound
 * holds for every cell, pentagons and the distorted ones near them included, and it is all that the search needs to know of H3.
 */
import { cellToBoundary, cellToLatLng } from 'h3-js';
import { metersBetween, spherePointOf, type SpherePoint } from '../place/place.ts';

export interface CellCircle {
  readonly center: SpherePoint;
  readonly radiusMeters: number;
}

/** Cells that are remembered: a city of 800 km² has 8,000 of resolution 9. */
const mostRemembered = 100_000;

/** Covers what rounding takes away. */
const toleranceMeters = 0.01;

export class CellGeometry {
  private readonly remembered = new Map<string, CellCircle>();

  /** No point of any of these cells is nearer to the point than this. */
  leastMetersTo(point: SpherePoint, cells: readonly string[]): number {
    let least = Infinity;
    for (const cell of cells) {
      const { center, radiusMeters } = this.circleOf(cell);
      least = Math.min(least, metersBetween(point, center) - radiusMeters);
    }
    return least - toleranceMeters;
  }

  private circleOf(cell: string): CellCircle {
    const known = this.remembered.get(cell);
    if (known) return known;
    if (this.remembered.size >= mostRemembered) this.remembered.clear();
    const center = pointOf(cellToLatLng(cell));
    const corners = cellToBoundary(cell).map((corner) => metersBetween(center, pointOf(corner)));
    const circle = { center, radiusMeters: Math.max(...corners) };
    this.remembered.set(cell, circle);
    return circle;
  }
}

function pointOf([latitude, longitude]: readonly number[]): SpherePoint {
  return spherePointOf({ latitude: latitude!, longitude: longitude! });
}
