/**
 * MovieTweetings as people who watch: each film is a show of 6,000 s, and a rating of 0 to 10 says how many tenths of it the
 * user had watched at the rating's time; a film that was given 10 was watched to its end.
 *
 * Films come first, then the ratings in order of time. Both are sent in batches, as devices do that were offline: ratings of
 * one hour share a batch. A rating of a film that is not in the files is counted and left out.
 */
import { basename, join } from 'node:path';
import { type Trace } from '../../replay/trace.ts';
import { batches } from '../../requests/batches.ts';
import {
  LARGEST_BATCH,
  positionsRequest,
  showsRequest,
  type Position,
  type Show,
} from '../../requests/movieflix-requests.ts';
import { failRow, readLines, type Line } from '../lines.ts';

/** The files that a replay needs. */
export const FILES = ['movies.dat', 'ratings.dat'] as const;

export const SHOW_SECONDS = 6000;
const RATING_SECONDS = SHOW_SECONDS / 10;
const POSITIONS_IN_BATCH = 200;
const BATCH_SPAN_MS = 3_600_000;

export interface MovieTweetings {
  readonly name: string;
  readonly shows: ReadonlyMap<string, Show>;
  /** In order of time. */
  readonly positions: readonly Position[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/** @throws SimulatorError for a wrong row, with its file and line */
export async function readMovieTweetings(folder: string): Promise<MovieTweetings> {
  const shows = new Map<string, Show>();
  for await (const line of readLines(join(folder, 'movies.dat'))) {
    const show = showOf(line);
    shows.set(show.showId, show);
  }
  const positions: Position[] = [];
  let unknown = 0;
  for await (const line of readLines(join(folder, 'ratings.dat'))) {
    const position = positionOf(line);
    if (shows.has(position.showId)) positions.push(position);
    else unknown += 1;
  }
  positions.sort((left, right) => left.occurredAtMs - right.occurredAtMs);
  const leftOut: Record<string, number> =
    unknown === 0 ? {} : { 'ratings of films that are not in the files': unknown };
  return { name: basename(folder), shows, positions, leftOut };
}

/** `0002844::Fantômas - À l'ombre de la guillotine (1913)::Crime|Drama`. */
function showOf({ origin, text }: Line): Show {
  const [showId, title, genres, ...surplus] = text.split('::');
  if (showId === undefined || title === undefined || genres === undefined || surplus.length > 0)
    failRow(origin, 'is not film::title::genres');
  const year = /\((\d{4})\)\s*$/.exec(title)?.[1];
  return {
    showId,
    title: title.replace(/\s*\(\d{4}\)\s*$/, ''),
    year: year === undefined ? null : Number(year),
    genres: genres.split('|').filter((genre) => genre !== ''),
  };
}

/** `12620::2171847::6::1362062307`. */
function positionOf({ origin, text }: Line): Position {
  const fields = /^([^:]+)::([^:]+)::(\d+)::(\d+)$/.exec(text.trim());
  const [, userId, showId, rating, seconds] = fields ?? failRow(origin, 'is not user::film::rating::time');
  if (userId === undefined || showId === undefined || Number(rating) > 10) failRow(origin, 'has no rating of 0 to 10');
  return {
    userId,
    showId,
    positionSeconds: Number(rating) * RATING_SECONDS,
    durationSeconds: SHOW_SECONDS,
    deviceId: 'tv',
    occurredAtMs: Number(seconds) * 1000,
  };
}

/** The requests that the recording becomes. */
export function traceOf(recording: MovieTweetings): Trace {
  const startMs = recording.positions[0]?.occurredAtMs ?? 0;
  const shows = batches([...recording.shows.values()], LARGEST_BATCH);
  const positions = batches(
    recording.positions,
    POSITIONS_IN_BATCH,
    (first, next) => next.occurredAtMs - first.occurredAtMs < BATCH_SPAN_MS,
  );
  return {
    name: recording.name,
    leftOut: recording.leftOut,
    events: [
      ...shows.map((batch, index) =>
        showsRequest(batch, {
          idempotencyKey: `${recording.name}-shows-${index}`,
          occurredAtMs: startMs,
          origin: `movies.dat, films from ${batch[0]?.showId} on`,
        }),
      ),
      ...positions.map((batch, index) =>
        positionsRequest(batch, {
          idempotencyKey: `${recording.name}-positions-${index}`,
          occurredAtMs: batch[0]?.occurredAtMs ?? startMs,
          origin: `ratings.dat, ratings from ${new Date(batch[0]?.occurredAtMs ?? startMs).toISOString()} on`,
        }),
      ),
    ],
  };
}
