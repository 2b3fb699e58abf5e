/** Fills a model as far as it goes, as a program: reads `{users, shows, watchesPerUser}` from its argument, prints what that takes as JSON. */
import { createModel } from './model.ts';

export interface MemoryLoad {
  readonly users: number;
  readonly shows: number;
  /** On average; a few users have many more. */
  readonly watchesPerUser: number;
}

export interface MemoryFigures {
  readonly users: number;
  readonly shows: number;
  readonly watches: number;
  /** MiB each. */
  readonly residentMiB: number;
  readonly heapMiB: number;
  readonly arraysMiB: number;
  /** Microseconds of CPU time. */
  readonly learnMicroseconds: number;
  readonly recommendMilliseconds: readonly number[];
}

const genres = ['Action', 'Comedy', 'Crime', 'Drama', 'Romance', 'Sci-Fi'];
const asked = 500;
const mebibyte = 1024 * 1024;
const { users, shows, watchesPerUser } = JSON.parse(process.argv[2]!) as MemoryLoad;

let state = 42;
/** xorshift32: the same load in each run. From 0 to below 1. */
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const model = await createModel();
for (let show = 0; show < shows; show++)
  model.describe(`show-${show}`, { title: `Show ${show}`, year: 2000, genres: [genres[show % genres.length]!] });
const begunAt = process.cpuUsage();
let learned = 0;
for (let user = 0; user < users; user++) {
  // Exponential: most have few watches, some many.
  const count = 1 + Math.floor(-Math.log(1 - random()) * (watchesPerUser - 1));
  for (let each = 0; each < count; each++) {
    const show = Math.floor(shows * random() ** 3);
    const atSeconds = 1_700_000_000 + Math.floor(random() * 30 * 86_400);
    model.learn({ userId: `user-${user}`, showId: `show-${show}`, share: random(), finished: false, atSeconds });
    learned++;
  }
}
const { user: userMicroseconds, system } = process.cpuUsage(begunAt);
const recommendMilliseconds: number[] = [];
for (let each = 0; each < asked; each++) {
  const before = process.cpuUsage();
  model.recommend(`user-${Math.floor(random() * users)}`, 10);
  const took = process.cpuUsage(before);
  recommendMilliseconds.push((took.user + took.system) / 1000);
}
globalThis.gc?.();
const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
const figures: MemoryFigures = {
  users: model.size.users,
  shows: model.size.shows,
  watches: model.size.watches,
  residentMiB: rss / mebibyte,
  heapMiB: heapUsed / mebibyte,
  arraysMiB: arrayBuffers / mebibyte,
  learnMicroseconds: (userMicroseconds + system) / learned,
  recommendMilliseconds,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
