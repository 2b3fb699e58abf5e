import {
  LARGEST_BATCH,
  positionsRequest,
  showsRequest,
  type Position,
  type Show,
} from '../requests/movieflix-requests.ts';
import { batches } from '../requests/batches.ts';
import { readPages } from '../verify/read-pages.ts';
import { type Facts } from '../verify/check.ts';
import { type Load, type LoadCheck, type LoadOptions } from './load.ts';
import { type ProfileName } from './profiles.ts';
import { SeededRandom } from './seeded-random.ts';

const SHOWS = 500;
const GENRES = [
  'Adventure',
  'Animation',
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Fantasy',
  'Mystery',
  'Romance',
  'Thriller',
];
const DEVICES = ['tv', 'phone', 'tablet', 'browser'];
const SHORTEST_SECONDS = 1200;
const LONGEST_SECONDS = 7200;
/** How far a report is from the one before. */
const STEP_SECONDS = 300;
/** MovieFlix takes a show for finished from here on. */
const FINISHED_SHARE = 0.95;
const POPULARITY: Readonly<Record<ProfileName, number>> = {
  steady: 3,
  'rush-hour': 3,
  bursts: 3,
  'launch-day': 6,
  'one-hot-key': 60,
};

/** Somebody who watches. */
interface Viewer {
  readonly show: number;
  readonly positionSeconds: number;
}

/** People who watch: each report moves a viewer a step on in a show; after its end, or on a whim, another one follows. */
export function movieflixLoad({ users, seed, batchSize, profile }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const shows = Array.from({ length: SHOWS }, (_, index) => makeShow(random, index));
  const durations = shows.map(() => SHORTEST_SECONDS + random.below(LONGEST_SECONDS - SHORTEST_SECONDS));
  const viewers = new Map<number, Viewer>();
  const latest = new LatestPositions();
  let requests = 0;

  const report = (occurredAtMs: number): Position => {
    const user = random.below(users);
    const before = viewers.get(user);
    const isThrough = before === undefined || before.positionSeconds >= (durations[before.show] ?? 0);
    const show = isThrough || random.below(20) === 0 ? popular(random, POPULARITY[profile]) : before.show;
    const from = show === before?.show ? before.positionSeconds : 0;
    const durationSeconds = durations[show] ?? LONGEST_SECONDS;
    const positionSeconds = Math.min(from + 1 + random.below(STEP_SECONDS), durationSeconds);
    viewers.set(user, { show, positionSeconds });
    return latest.note({
      userId: `viewer-${seed}-${user + 1}`,
      showId: showId(show),
      positionSeconds,
      durationSeconds,
      deviceId: DEVICES[user % DEVICES.length] ?? 'tv',
      occurredAtMs,
    });
  };

  return {
    things: 'positions',
    services: ['movieflix-recommendation', 'movieflix-resume'],
    preparation: {
      name: 'shows',
      leftOut: {},
      events: batches(shows, LARGEST_BATCH).map((batch, index) =>
        showsRequest(batch, {
          idempotencyKey: `load-${seed}-shows-${index}`,
          occurredAtMs: 0,
          origin: 'the catalogue',
        }),
      ),
    },
    next: (nowMs) => {
      requests += 1;
      return positionsRequest(
        Array.from({ length: batchSize }, () => report(nowMs)),
        { idempotencyKey: `load-${seed}-${nowMs}-${requests}`, occurredAtMs: nowMs, origin: `request ${requests}` },
      );
    },
    checks: [latest.check],
  };
}

/** Where everybody is by what was sent: of two positions in one show the later one holds, in whatever order they were sent. */
class LatestPositions {
  private readonly users = new Map<string, Map<string, Position>>();
  private newestMs = 0;

  /** Returns the position with a time that no other of its user and show has. */
  note(position: Position): Position {
    const shows = this.users.get(position.userId) ?? new Map<string, Position>();
    this.users.set(position.userId, shows);
    const before = shows.get(position.showId);
    const isLate = position.occurredAtMs < this.newestMs;
    this.newestMs = Math.max(this.newestMs, position.occurredAtMs);
    const sole =
      before?.occurredAtMs === position.occurredAtMs
        ? { ...position, occurredAtMs: position.occurredAtMs + 1 }
        : position;
    // What an earlier run of the load left may be newer than what was sent late.
    if (before === undefined ? !isLate : before.occurredAtMs < sole.occurredAtMs) shows.set(sole.showId, sole);
    return sole;
  }

  get check(): LoadCheck {
    return {
      title: 'shows to continue of every viewer',
      things: 'viewers',
      service: 'movieflix-resume',
      concurrency: 16,
      asksBefore: [],
      read: async (userId, get) => {
        const items = await readPages<Position>(`/users/${userId}/resume`, get);
        return items && this.facts(userId, items);
      },
      expected: () => new Map([...this.users].map(([id, shows]) => [id, this.facts(id, [...shows.values()])])),
    };
  }

  /** Shows that the load told of and that were not watched to their end; of others it says nothing. */
  private facts(userId: string, positions: readonly Position[]): Facts {
    const known = this.users.get(userId);
    const open = positions.filter(
      ({ showId, positionSeconds, durationSeconds }) =>
        known?.has(showId) && positionSeconds < FINISHED_SHARE * durationSeconds,
    );
    const shows = open.map(({ showId, positionSeconds }) => `${showId} at ${positionSeconds} s`).toSorted();
    return { shows: open.length, 'to continue': shows.join(', ') };
  }
}

function showId(index: number): string {
  return `load-${index + 1}`;
}

function makeShow(random: SeededRandom, index: number): Show {
  const first = random.below(GENRES.length);
  const second = (first + 1 + random.below(GENRES.length - 1)) % GENRES.length;
  const genres = [GENRES[first], GENRES[second]].filter((genre) => genre !== undefined);
  return { showId: showId(index), title: `Show ${index + 1}`, year: 1990 + random.below(35), genres };
}

/** A few shows get most of the viewers, as in real life. */
function popular(random: SeededRandom, exponent: number): number {
  return Math.floor(random.next() ** exponent * SHOWS);
}
