/** What the model is told of, and how it keeps it. */

/** How far a user is in a show. */
export interface Watch {
  readonly userId: string;
  readonly showId: string;
  /** Of the show, 0 to 1. */
  readonly share: number;
  readonly finished: boolean;
  /** Event time, in seconds since the epoch. */
  readonly atSeconds: number;
}

/** A show as the catalogue describes it. */
export interface ShowFacts {
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

/** An amount holds percent, and whether the show was finished, in one byte. */
const finishedBit = 128;

export function amountOf(share: number, finished: boolean): number {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  return finished ? finishedBit + percent : percent;
}

/** From 0 to 100. */
export const percentOf = (amount: number): number => amount % finishedBit;

export const isFinished = (amount: number): boolean => amount >= finishedBit;

/** w, from 0 to 10: how much a watch says of what a user likes. */
export const weightOf = (amount: number): number => Math.round(percentOf(amount) / 10);
