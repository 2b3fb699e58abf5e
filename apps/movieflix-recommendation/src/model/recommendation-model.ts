/**
 * The whole model: who watched what, how far and when, and what follows for others. It knows nothing of Kafka.
 *
 * State is the newest watches of each user, and what can be counted from them: the viewers of each show, the shows' norms, and what is
 * popular. A watch states how far a user is in a show now; a later one takes its place, an earlier one changes nothing, of two at one
 * second the one that is further holds. So the same watches lead to the same model in whatever order they come, once or repeatedly,
 * and a compacted topic is enough to build it again. Times count in seconds.
 *
 * Memory is bounded by `ModelLimits`, whatever is learned.
 */
import { IdTable } from './id-table.ts';
import { defaultLimits, defaultScoring, type ModelLimits, type ScoringOptions } from './model-limits.ts';
import { Popularity } from './popularity.ts';
import { profileOf, type Profile } from './profile.ts';
import { RecencyLists } from './recency-lists.ts';
import { Recommender, type Recommendation } from './recommender.ts';
import { Similarity } from './similarity.ts';
import { amountOf, weightOf, type ShowFacts, type Watch } from './watch.ts';

/** What a watch led to. */
export type Learned =
  | 'changed'
  /** It was known, or a newer one is. */
  | 'unchanged'
  /** There is no room for another show. */
  | 'refused';

const forgottenShare = 0.01;

export class RecommendationModel {
  private readonly limits: ModelLimits;
  private readonly users = new IdTable();
  private readonly shows = new IdTable();
  private readonly facts: (ShowFacts | undefined)[] = [];
  private readonly watches: RecencyLists;
  private readonly viewers: RecencyLists;
  private readonly similarity: Similarity;
  private readonly popularity: Popularity;
  private readonly recommender: Recommender;
  private forgotten = 0;

  constructor(limits: Partial<ModelLimits> = {}, scoring: Partial<ScoringOptions> = {}) {
    this.limits = { ...defaultLimits, ...limits };
    const complete = { ...defaultScoring, ...scoring };
    this.watches = new RecencyLists(this.limits.maxWatchesPerUser, this.shows.compare);
    this.viewers = new RecencyLists(this.limits.maxViewersPerShow, this.users.compare);
    this.similarity = new Similarity(this.watches, this.viewers, complete);
    this.popularity = new Popularity(complete);
    this.recommender = new Recommender(
      { shows: this.shows, facts: this.facts, watches: this.watches },
      this.similarity,
      this.popularity,
      complete,
    );
  }

  /** What is held, in numbers; `bytes` without the identifiers and the catalogue. */
  get size(): {
    readonly users: number;
    readonly shows: number;
    readonly watches: number;
    readonly forgottenUsers: number;
    readonly bytes: number;
  } {
    const bytes = this.watches.bytes + this.viewers.bytes + this.popularity.bytes + this.similarity.bytes;
    const { users, shows, watches, forgotten: forgottenUsers } = this;
    return { users: users.size, shows: shows.size, watches: watches.size, forgottenUsers, bytes };
  }

  /** Puts a show into the catalogue, or changes it: only what is there is recommended. False when there is no room. */
  describe(showId: string, facts: ShowFacts): boolean {
    const show = this.showOf(showId);
    if (show === undefined) return false;
    this.facts[show] = facts;
    return true;
  }

  /** Takes a show out of the catalogue; who watched it stays known. */
  withdraw(showId: string): void {
    const show = this.shows.find(showId);
    if (show !== undefined) this.facts[show] = undefined;
  }

  factsOf(showId: string): ShowFacts | undefined {
    const show = this.shows.find(showId);
    return show === undefined ? undefined : this.facts[show];
  }

  learn({ userId, showId, share, finished, atSeconds }: Watch): Learned {
    const show = this.showOf(showId);
    if (show === undefined) return 'refused';
    const known = this.users.find(userId);
    const amount = amountOf(share, finished);
    if (known !== undefined) {
      const place = this.watches.find(known, show);
      if (place >= 0) {
        const before = this.watches.secondsAt(known, place);
        const isNewer = atSeconds > before || (atSeconds === before && amount > this.watches.amountAt(known, place));
        if (!isNewer) return 'unchanged';
        this.drop(known, show, place);
      }
    } else this.makeRoomForUser();
    const user = known ?? this.users.add(userId);
    return this.keep(user, show, atSeconds, amount);
  }

  /** The user never watched it. Answers whether that changes anything. */
  unlearn(userId: string, showId: string): boolean {
    const user = this.users.find(userId);
    const show = this.shows.find(showId);
    if (user === undefined || show === undefined) return false;
    const place = this.watches.find(user, show);
    if (place < 0) return false;
    this.drop(user, show, place);
    if (this.watches.count(user) === 0) this.forget(user);
    return true;
  }

  /** Undefined for a user of whom nothing is known. */
  profile(userId: string): Profile | undefined {
    const user = this.users.find(userId);
    return user === undefined ? undefined : profileOf(user, this.watches, this.shows, this.facts);
  }

  /** At most `count` shows that the user has not begun, best first; what is popular now for a user of whom nothing is known. */
  recommend(userId: string, count: number): Recommendation[] {
    return this.recommender.recommend(this.users.find(userId), count);
  }

  /** The second of the user's newest watch, or undefined. */
  newestWatchOf(userId: string): number | undefined {
    const user = this.users.find(userId);
    if (user === undefined) return undefined;
    return this.watches.secondsAt(user, this.watches.count(user) - 1);
  }

  private showOf(showId: string): number | undefined {
    const known = this.shows.find(showId);
    if (known !== undefined || this.shows.size >= this.limits.maxShows) return known;
    return this.shows.add(showId);
  }

  private keep(user: number, show: number, atSeconds: number, amount: number): Learned {
    const dropped = this.watches.add(user, show, atSeconds, amount);
    if (dropped?.id === show) return 'unchanged';
    if (dropped) this.uncount(user, dropped.id, dropped.seconds, dropped.amount);
    const weight = weightOf(amount);
    this.popularity.add(show, atSeconds, weight);
    this.similarity.advance(atSeconds);
    const gone = this.viewers.add(show, user, atSeconds, weight);
    if (gone?.id !== user) this.similarity.add(show, weight);
    if (gone && gone.id !== user) this.similarity.remove(show, gone.amount);
    return 'changed';
  }

  private drop(user: number, show: number, place: number): void {
    const seconds = this.watches.secondsAt(user, place);
    const amount = this.watches.amountAt(user, place);
    this.watches.removeAt(user, place);
    this.uncount(user, show, seconds, amount);
  }

  private uncount(user: number, show: number, seconds: number, amount: number): void {
    this.popularity.remove(show, seconds, weightOf(amount));
    const place = this.viewers.find(show, user);
    if (place < 0) return;
    this.similarity.remove(show, this.viewers.amountAt(show, place));
    this.viewers.removeAt(show, place);
  }

  private makeRoomForUser(): void {
    const { maxUsers, maxWatches } = this.limits;
    if (this.users.size < maxUsers && this.watches.size < maxWatches) return;
    const times = new Float64Array(this.users.end).fill(Number.POSITIVE_INFINITY);
    for (let user = 0; user < this.users.end; user++)
      if (this.users.has(user)) times[user] = this.watches.secondsAt(user, this.watches.count(user) - 1);
    const limit = times.toSorted()[Math.max(1, Math.floor(this.users.size * forgottenShare)) - 1]!;
    for (let user = 0; user < times.length; user++) {
      if (times[user]! > limit) continue;
      this.forget(user);
      this.forgotten++;
    }
  }

  private forget(user: number): void {
    for (let place = this.watches.count(user) - 1; place >= 0; place--)
      this.drop(user, this.watches.idAt(user, place), place);
    this.watches.clear(user);
    this.users.remove(user);
  }
}
