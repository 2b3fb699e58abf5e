/**
 * Scores shows for a user. With the user's newest watches i (the seeds), their weights w(i) and similarity s(i, j):
 *
 *     likeness(j)   = Σ w(i) · s(i, j)                    as a share of all candidates
 *     popularity(j) = what is popular now                 as a share of all candidates
 *     genre(j)      = mean share of j's genres in what the user watched
 *     score(j)      = (likeness + ε)^α · (popularity + δ) · (genre + γ)^κ
 *
 * Candidates are the shows that somebody watched who watched a seed, and the most popular; never what the user has begun, and only what is
 * in the catalogue. Without likeness to any seed, or for a user of whom nothing is known, popularity alone is the reason.
 */
import type { IdTable } from './id-table.ts';
import type { ScoringOptions } from './model-limits.ts';
import type { Popularity } from './popularity.ts';
import { genreSharesOf } from './profile.ts';
import type { RecencyLists } from './recency-lists.ts';
import type { Similarity } from './similarity.ts';
import { weightOf, type ShowFacts } from './watch.ts';

export interface Recommendation {
  readonly showId: string;
  /** Greater is better; comparable within one list only. */
  readonly score: number;
  /** The watched show that speaks most for it; undefined when it is popular, and nothing else. */
  readonly becauseOf: string | undefined;
}

/** What is known, as the model keeps it. */
export interface Knowledge {
  readonly shows: IdTable;
  readonly facts: readonly (ShowFacts | undefined)[];
  readonly watches: RecencyLists;
}

interface Scored {
  readonly show: number;
  readonly score: number;
  readonly seed: number;
}

const popularCandidates = 200;

export class Recommender {
  /** By show, of the user who is asked for; zeros between. */
  private likeness = new Float64Array(1024);
  private strongest = new Float64Array(1024);
  private seeds = new Uint32Array(1024);

  constructor(
    private readonly known: Knowledge,
    private readonly similarity: Similarity,
    private readonly popularity: Popularity,
    private readonly options: ScoringOptions,
  ) {}

  recommend(user: number | undefined, count: number): Recommendation[] {
    const { shows, facts, watches } = this.known;
    this.makeRoom(shows.end);
    const liked = user === undefined ? [] : this.likeSeedsOf(user);
    const begun = new Set<number>();
    if (user !== undefined) {
      const { ids, from, to } = watches.range(user);
      for (let at = from; at < to; at++) begun.add(ids[at]!);
    }
    const mayBe = (show: number): boolean => facts[show] !== undefined && !begun.has(show);
    const candidates = liked.filter(mayBe);
    for (const show of this.popularity.top(popularCandidates, mayBe, shows.compare))
      if (this.likeness[show] === 0) candidates.push(show);
    const scored = this.scored(user, candidates);
    for (const show of liked) this.likeness[show] = this.strongest[show] = 0;
    return best(scored, count, shows.compare).map(({ show, score, seed }) => ({
      showId: shows.name(show),
      score,
      becauseOf: seed < 0 ? undefined : shows.name(seed),
    }));
  }

  /** The shows that are like one of the user's seeds; how much and which seed most is left in the arrays. */
  private likeSeedsOf(user: number): number[] {
    const { watches } = this.known;
    const { likeness, strongest, seeds } = this;
    const liked: number[] = [];
    const count = watches.count(user);
    for (let place = count - 1; place >= Math.max(0, count - this.options.seeds); place--) {
      const weight = weightOf(watches.amountAt(user, place));
      if (weight === 0) continue;
      const seed = watches.idAt(user, place);
      this.similarity.forEach(seed, user, (show, similarity) => {
        const part = weight * similarity;
        if (likeness[show] === 0) liked.push(show);
        likeness[show]! += part;
        if (part <= strongest[show]!) return;
        strongest[show] = part;
        seeds[show] = seed;
      });
    }
    return liked;
  }

  private scored(user: number | undefined, candidates: readonly number[]): Scored[] {
    const { facts, watches } = this.known;
    const { likenessFloor, popularityFloor, genreFloor, likenessExponent, genreExponent } = this.options;
    const genres = user === undefined ? undefined : genreSharesOf(user, watches, facts);
    let totalLikeness = 0;
    let totalPopularity = 0;
    for (const show of candidates) {
      totalLikeness += this.likeness[show]!;
      totalPopularity += this.popularity.scoreOf(show);
    }
    return candidates.map((show) => {
      const likeness = this.likeness[show]!;
      const like = (likeness / (totalLikeness || 1) + likenessFloor) ** likenessExponent;
      const popular = this.popularity.scoreOf(show) / (totalPopularity || 1) + popularityFloor;
      const genre = genres ? (meanShare(genres, facts[show]!.genres) + genreFloor) ** genreExponent : 1;
      return { show, seed: likeness > 0 ? this.seeds[show]! : -1, score: like * popular * genre };
    });
  }

  private makeRoom(shows: number): void {
    if (shows <= this.likeness.length) return;
    const room = Math.ceil(shows * 1.5);
    this.likeness = new Float64Array(room);
    this.strongest = new Float64Array(room);
    this.seeds = new Uint32Array(room);
  }
}

function best(scored: Scored[], count: number, compare: (one: number, other: number) => number): Scored[] {
  return scored.sort((one, other) => other.score - one.score || compare(one.show, other.show)).slice(0, count);
}

function meanShare(shares: ReadonlyMap<string, number>, genres: readonly string[]): number {
  if (genres.length === 0) return 0;
  return genres.reduce((sum, genre) => sum + (shares.get(genre) ?? 0), 0) / genres.length;
}
