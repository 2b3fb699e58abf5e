import { type Position } from '../../requests/movieflix-requests.ts';
import { type Check, type Facts, type GetAnswer } from '../../verify/check.ts';
import { readPages } from '../../verify/read-pages.ts';
import { type RecordingKind } from '../recording.ts';
import { FILES, readMovieTweetings, SHOW_SECONDS, traceOf, type MovieTweetings } from './read-movie-tweetings.ts';

/** MovieFlix's recording: every user's "continue watching" and profile must be what the ratings say. */
export const movieTweetings: RecordingKind = {
  title: 'MovieTweetings',
  files: FILES,
  read: async (folder) => {
    const recording = await readMovieTweetings(folder);
    const users = positionsOfUsers(recording);
    return { trace: traceOf(recording), checks: [resumeLists(users), profiles(users)] };
  },
};

/** The latest position of each user in each show, by user, newest first. */
function positionsOfUsers({ positions }: MovieTweetings): Map<string, Position[]> {
  const users = new Map<string, Map<string, Position>>();
  for (const position of positions) {
    const shows = users.get(position.userId) ?? new Map<string, Position>();
    const before = shows.get(position.showId);
    if (before === undefined || before.occurredAtMs <= position.occurredAtMs) shows.set(position.showId, position);
    users.set(position.userId, shows);
  }
  return new Map(
    [...users].map(([userId, shows]) => [
      userId,
      [...shows.values()].toSorted((left, right) => right.occurredAtMs - left.occurredAtMs),
    ]),
  );
}

/** What was watched to its end is not to be continued. */
function resumeLists(users: ReadonlyMap<string, readonly Position[]>): Check {
  const expected = [...users].map(([userId, positions]): [string, Facts] => {
    const open = positions.filter(({ positionSeconds }) => positionSeconds < SHOW_SECONDS);
    return [userId, resumeFacts(open)];
  });
  return {
    title: 'shows to continue of every user',
    things: 'users',
    service: 'movieflix-resume',
    concurrency: 16,
    expected: new Map(expected),
    read: readResumeList,
  };
}

/** How many shows were begun, and how many of them watched to their end. */
function profiles(users: ReadonlyMap<string, readonly Position[]>): Check {
  const expected = [...users].map(([userId, positions]): [string, Facts] => {
    const finished = positions.filter(({ positionSeconds }) => positionSeconds === SHOW_SECONDS).length;
    return [userId, { begun: positions.length, finished }];
  });
  return {
    title: 'profiles of every user',
    things: 'users',
    service: 'movieflix-recommendation',
    concurrency: 16,
    expected: new Map(expected),
    read: async (userId, get) => {
      const answer = (await get(`/users/${encodeURIComponent(userId)}/profile`)) as
        { readonly begun: number; readonly finished: number } | undefined;
      return answer && { begun: answer.begun, finished: answer.finished };
    },
  };
}

async function readResumeList(userId: string, get: GetAnswer): Promise<Facts | undefined> {
  const items = await readPages<ResumeItem>(`/users/${encodeURIComponent(userId)}/resume`, get);
  return items && resumeFacts(items);
}

type ResumeItem = Pick<Position, 'showId' | 'positionSeconds'>;

/** Shows with their positions. Two that were left at the same time stand in either order. */
function resumeFacts(items: readonly ResumeItem[]): Facts {
  const shows = items.map(({ showId, positionSeconds }) => `${showId} at ${positionSeconds} s`).toSorted();
  return { shows: items.length, 'to continue': shows.join(', ') };
}
