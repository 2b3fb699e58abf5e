import {
  LARGEST_BATCH,
  positionsRequest,
  showsRequest,
  type Position,
  type Show,
} from '../requests/movieflix-requests.ts';
import { batches } from '../requests/batches.ts';
import { type Load, type LoadOptions } from './load.ts';
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

/** Somebody who watches. */
interface Viewer {
  readonly show: number;
  readonly positionSeconds: number;
}

/** People who watch: each report moves a viewer a step on in a show; after its end, or on a whim, another one follows. */
export function movieflixLoad({ users, seed, batchSize }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const shows = Array.from({ length: SHOWS }, (_, index) => makeShow(random, index));
  const durations = shows.map(() => SHORTEST_SECONDS + random.below(LONGEST_SECONDS - SHORTEST_SECONDS));
  const viewers = new Map<number, Viewer>();
  let requests = 0;

  const report = (occurredAtMs: number): Position => {
    const user = random.below(users);
    const before = viewers.get(user);
    const isThrough = before === undefined || before.positionSeconds >= (durations[before.show] ?? 0);
    const show = isThrough || random.below(20) === 0 ? popular(random) : before.show;
    const from = show === before?.show ? before.positionSeconds : 0;
    const durationSeconds = durations[show] ?? LONGEST_SECONDS;
    const positionSeconds = Math.min(from + 1 + random.below(STEP_SECONDS), durationSeconds);
    viewers.set(user, { show, positionSeconds });
    return {
      userId: `viewer-${user + 1}`,
      showId: showId(show),
      positionSeconds,
      durationSeconds,
      deviceId: DEVICES[user % DEVICES.length] ?? 'tv',
      occurredAtMs,
    };
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
  };
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
function popular(random: SeededRandom): number {
  return Math.floor(random.next() ** 3 * SHOWS);
}
