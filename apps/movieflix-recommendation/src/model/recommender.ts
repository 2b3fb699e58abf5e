/**
 * Scores shows for a user. With the user's newest watches i (the seeds), their weights w(i) and similarity s(i, j):
 *
 *     likeness(j)   = Σ w(i) · s(i, j)                    as a share of the greatest of all j
 *     popularity(j) = what is popular now                 as a share of the greatest of all j
 *     genre(j)      = mean share of j's genres in what the user watched
 *     score(j)      = (likeness + ε)^α · (popularity + δ)^β · (genre + γ)^κ
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

interface Candidate {
  readonly show: number;
  likeness: number;
  seed: number;
  strongest: number;
}

interface Scored {
  readonly show: number;
  readonly score: number;
  readonly seed: number;
}

const popularCandidates = 200;

export class Recommender {
  constructor(
    private readonly known: Knowledge,
    private readonly similarity: Similarity,
    private readonly popularity: Popularity,
    private readonly options: ScoringOptions,
  ) {}

  recommend(user: number | undefined, count: number): Recommendation[] {
    const candidates = user === undefined ? new Map<number, Candidate>() : this.likeSeedsOf(user);
    const { shows, facts, watches } = this.known;
    const mayBe = (show: number): boolean =>
      facts[show] !== undefined && (user === undefined || watches.find(user, show) < 0);
    for (const show of this.popularity.top(popularCandidates, mayBe, shows.compare))
      if (!candidates.has(show)) candidates.set(show, { show, likeness: 0, seed: -1, strongest: 0 });
    const best = this.best(this.scored(user, candidates, mayBe), count);
    return best.map(({ show, score, seed }) => ({
      showId: shows.name(show),
      score,
      becauseOf: seed < 0 ? undefined : shows.name(seed),
    }));
  }

  similarTo(show: number, count: number): { readonly showId: string; readonly similarity: number }[] {
    const { shows, facts } = this.known;
    const found: Scored[] = [];
    this.similarity.forEach(show, -1, (other, score) => {
      if (facts[other]) found.push({ show: other, score, seed: show });
    });
    return this.best(found, count).map((each) => ({ showId: shows.name(each.show), similarity: each.score }));
  }

  private likeSeedsOf(user: number): Map<number, Candidate> {
    const { watches } = this.known;
    const candidates = new Map<number, Candidate>();
    const count = watches.count(user);
    for (let place = count - 1; place >= Math.max(0, count - this.options.seeds); place--) {
      const weight = weightOf(watches.amountAt(user, place));
      if (weight === 0) continue;
      const seed = watches.idAt(user, place);
      this.similarity.forEach(seed, user, (show, similarity) => {
        const part = weight * similarity;
        const candidate = candidates.get(show);
        if (!candidate) candidates.set(show, { show, likeness: part, seed, strongest: part });
        else {
          candidate.likeness += part;
          if (part <= candidate.strongest) return;
          candidate.strongest = part;
          candidate.seed = seed;
        }
      });
    }
    return candidates;
  }

  private scored(
    user: number | undefined,
    candidates: ReadonlyMap<number, Candidate>,
    mayBe: (show: number) => boolean,
  ): Scored[] {
    const { facts, watches } = this.known;
    const { popularityShare, floor, genreFloor, likenessExponent, popularityExponent, genreExponent } = this.options;
    const genres = user === undefined ? undefined : genreSharesOf(user, watches, facts);
    const may = [...candidates.values()].filter(({ show }) => mayBe(show));
    const mostLike = may.reduce((most, { likeness }) => Math.max(most, likeness), 0) || 1;
    const mostPopular = may.reduce((most, { show }) => Math.max(most, this.popularity.scoreOf(show)), 0) || 1;
    return may.map(({ show, likeness, seed }) => {
      const like = (likeness / mostLike + popularityShare) ** likenessExponent;
      const popular = (this.popularity.scoreOf(show) / mostPopular + floor) ** popularityExponent;
      const genre = genres ? (meanShare(genres, facts[show]!.genres) + genreFloor) ** genreExponent : 1;
      return { show, seed, score: like * popular * genre };
    });
  }

  private best(scored: Scored[], count: number): Scored[] {
    const { compare } = this.known.shows;
    return scored.sort((one, other) => other.score - one.score || compare(one.show, other.show)).slice(0, count);
  }
}

function meanShare(shares: ReadonlyMap<string, number>, genres: readonly string[]): number {
  if (genres.length === 0) return 0;
  return genres.reduce((sum, genre) => sum + (shares.get(genre) ?? 0), 0) / genres.length;
}
