/** The recording, split by time, and what is to be predicted. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchedWatch } from './model.ts';

export interface Rating {
  readonly userId: string;
  readonly showId: string;
  /** 0 to 10. */
  readonly rating: number;
  readonly atSeconds: number;
}

export interface Film {
  readonly showId: string;
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

export interface Recording {
  readonly films: readonly Film[];
  /** The first 80 %, by time. */
  readonly learned: readonly Rating[];
  /** The rest. */
  readonly later: readonly Rating[];
}

const learnedShare = 0.8;
/** A rating of so much or more says that the film was worth recommending. */
const good = 7;

export const recordingIsIn = (folder: string): boolean => existsSync(join(folder, 'ratings.dat'));

export function readRecording(folder: string): Recording {
  const films = linesOf(folder, 'movies.dat').map(([showId = '', name = '', genres = '']) => ({
    showId,
    title: name,
    year: Number(/\((\d{4})\)\s*$/.exec(name)?.[1]) || null,
    genres: genres.split('|').filter((genre) => genre !== ''),
  }));
  const ratings = linesOf(folder, 'ratings.dat').map(([userId = '', showId = '', rating, atSeconds]) => ({
    userId,
    showId,
    rating: Number(rating),
    atSeconds: Number(atSeconds),
  }));
  ratings.sort((one, other) => one.atSeconds - other.atSeconds);
  const split = Math.floor(ratings.length * learnedShare);
  return { films, learned: ratings.slice(0, split), later: ratings.slice(split) };
}

/** A rating of r is a watch of r tenths. */
export function watchOf({ userId, showId, rating, atSeconds }: Rating): BenchedWatch {
  return { userId, showId, share: rating / 10, finished: rating === 10, atSeconds };
}

/** Each later first rating of 7 or more by a user who is known from what was learned. */
export function toPredict({ learned, later }: Recording): Set<Rating> {
  const known = new Set(learned.map(({ userId }) => userId));
  const rated = new Set(learned.map(({ userId, showId }) => `${userId}|${showId}`));
  const cases = new Set<Rating>();
  for (const rating of later) {
    const key = `${rating.userId}|${rating.showId}`;
    if (rating.rating >= good && known.has(rating.userId) && !rated.has(key)) cases.add(rating);
    rated.add(key);
  }
  return cases;
}

function linesOf(folder: string, name: string): string[][] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('::'));
}
