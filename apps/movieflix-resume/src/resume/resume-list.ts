import type { Position } from '../position/position.ts';

/** A place in the list: behind the show that was watched then. */
export type ResumePlace = Pick<Position, 'occurredAtMs' | 'showId'>;

/** Newest first; of the same moment by show, so that a page ends at one place. */
function inOrder(one: ResumePlace, other: ResumePlace): number {
  return other.occurredAtMs - one.occurredAtMs || (one.showId < other.showId ? -1 : Number(one.showId > other.showId));
}

/** What is not finished, in order, from behind a place on. */
export function resumeList(positions: readonly Position[], after?: ResumePlace): Position[] {
  return positions
    .filter((position) => !position.finished && (after === undefined || inOrder(after, position) < 0))
    .sort(inOrder);
}
