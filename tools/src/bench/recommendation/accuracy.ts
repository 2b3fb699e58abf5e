/**
 * How well the model predicts, as a program: reads the recording's folder from its arguments and prints figures as JSON.
 *
 * `frozen`: everything is learned until the split and nothing after; each user gets one list for all that follows. `learning`: what happens
 * is learned as it happens, and the list is made at the moment of the rating that is to be predicted.
 */
import { createModel, type BenchedModel } from './model.ts';
import { readRecording, toPredict, watchOf, type Rating, type Recording } from './movie-tweetings.ts';
import { PopularShows } from './popular-shows.ts';

export const listLength = 10;

/** Of lists of ten. */
export interface Accuracy {
  /** Share of the cases whose show is in the list. */
  readonly hitRate: number;
  readonly ndcg: number;
  /** Share of the shows known at the split that anybody is recommended. */
  readonly coverage: number;
}

/** By who recommends. */
export type Contest = Readonly<Record<'model' | 'popular' | 'popularNow', Accuracy>>;

export interface AccuracyFigures {
  readonly cases: number;
  readonly users: number;
  /** Of `cases`: of shows that nobody had rated before the split, which no frozen list can hold. */
  readonly unknownShows: number;
  /** The hit rate of the best list that is the same for all, chosen with knowledge of what follows. */
  readonly bestFixedList: number;
  readonly frozen: Contest;
  readonly learning: Contest;
}

class Score {
  private hits = 0;
  private gain = 0;
  private count = 0;
  private readonly told = new Set<string>();

  add(list: readonly string[], showId: string): void {
    this.count++;
    for (const each of list) this.told.add(each);
    const place = list.indexOf(showId);
    if (place < 0) return;
    this.hits++;
    this.gain += 1 / Math.log2(place + 2);
  }

  accuracy(shows: number): Accuracy {
    return { hitRate: this.hits / this.count, ndcg: this.gain / this.count, coverage: this.told.size / shows };
  }
}

/** Everybody who recommends, and learns the same. */
class Contestants {
  private readonly popular = new PopularShows();
  private readonly popularNow = new PopularShows(1);
  private readonly rated = new Map<string, Set<string>>();
  private readonly scores = { model: new Score(), popular: new Score(), popularNow: new Score() };

  constructor(
    private readonly model: BenchedModel,
    private readonly firstSeconds: number,
  ) {}

  learn(rating: Rating): void {
    this.model.learn(watchOf(rating));
    this.popular.learn(rating, this.firstSeconds);
    this.popularNow.learn(rating, this.firstSeconds);
    const rated = this.rated.get(rating.userId) ?? new Set();
    this.rated.set(rating.userId, rated.add(rating.showId));
  }

  listsFor(userId: string): Record<keyof Contest, string[]> {
    const rated = this.rated.get(userId) ?? new Set();
    return {
      model: this.model.recommend(userId, listLength).map(({ showId }) => showId),
      popular: this.popular.top(listLength, rated),
      popularNow: this.popularNow.top(listLength, rated),
    };
  }

  score(lists: Record<keyof Contest, string[]>, showId: string): void {
    for (const name of ['model', 'popular', 'popularNow'] as const) this.scores[name].add(lists[name], showId);
  }

  result(shows: number): Contest {
    const { model, popular, popularNow } = this.scores;
    return {
      model: model.accuracy(shows),
      popular: popular.accuracy(shows),
      popularNow: popularNow.accuracy(shows),
    };
  }
}

async function contestants({ films, learned }: Recording): Promise<Contestants> {
  const model = await createModel();
  for (const { showId, ...facts } of films) model.describe(showId, facts);
  const all = new Contestants(model, learned[0]!.atSeconds);
  for (const rating of learned) all.learn(rating);
  return all;
}

async function frozen(recording: Recording, cases: ReadonlySet<Rating>, shows: number): Promise<Contest> {
  const all = await contestants(recording);
  for (const [userId, ofUser] of Map.groupBy(cases, (each) => each.userId)) {
    const lists = all.listsFor(userId);
    for (const { showId } of ofUser) all.score(lists, showId);
  }
  return all.result(shows);
}

async function learning(recording: Recording, cases: ReadonlySet<Rating>, shows: number): Promise<Contest> {
  const all = await contestants(recording);
  for (const rating of recording.later) {
    if (cases.has(rating)) all.score(all.listsFor(rating.userId), rating.showId);
    all.learn(rating);
  }
  return all.result(shows);
}

function bestFixedList({ learned }: Recording, cases: ReadonlySet<Rating>, known: ReadonlySet<string>): number {
  const wanted = new PopularShows();
  for (const each of cases) if (known.has(each.showId)) wanted.learn(each, 0);
  const rated = new Map<string, Set<string>>();
  for (const { userId, showId } of learned) rated.set(userId, (rated.get(userId) ?? new Set()).add(showId));
  const hits = [...cases].filter(({ userId, showId }) => wanted.top(listLength, rated.get(userId)!).includes(showId));
  return hits.length / cases.size;
}

const recording = readRecording(process.argv[2]!);
const cases = toPredict(recording);
const known = new Set(recording.learned.map(({ showId }) => showId));
const figures: AccuracyFigures = {
  cases: cases.size,
  users: new Set([...cases].map(({ userId }) => userId)).size,
  unknownShows: [...cases].filter(({ showId }) => !known.has(showId)).length,
  bestFixedList: bestFixedList(recording, cases, known),
  frozen: await frozen(recording, cases, known.size),
  learning: await learning(recording, cases, known.size),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
