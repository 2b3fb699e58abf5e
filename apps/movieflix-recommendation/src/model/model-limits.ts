import type { PopularityOptions } from './popularity.ts';
import type { SimilarityOptions } from './similarity.ts';

/** What bounds the model's memory. */
export interface ModelLimits {
  /** When there are more, the hundredth of the users that has been away the longest is forgotten. */
  readonly maxUsers: number;
  /** Watches of further shows are not learned. */
  readonly maxShows: number;
  /** Watches of all users together; treated as `maxUsers`. */
  readonly maxWatches: number;
  /** The newest watches of each user that are kept: what a profile tells, and what is not recommended. */
  readonly maxWatchesPerUser: number;
  /** The newest viewers of each show that similarity is learned from. */
  readonly maxViewersPerShow: number;
}

export const defaultLimits: ModelLimits = {
  maxUsers: 1_000_000,
  maxShows: 50_000,
  maxWatches: 40_000_000,
  maxWatchesPerUser: 1_000,
  maxViewersPerShow: 200,
};

/** How shows are scored; recommender.ts has the formula. */
export interface ScoringOptions extends SimilarityOptions, PopularityOptions {
  /** So many of a user's newest watches say what they like. */
  readonly seeds: number;
  /** ε: what a show without any likeness has. */
  readonly popularityShare: number;
  /** δ: what a show has that nobody watched lately. */
  readonly floor: number;
  /** γ: what a show of unknown genres has. */
  readonly genreFloor: number;
  /** κ: how much the genres count. */
  readonly genreExponent: number;
  /** α, β: how much likeness and popularity count. */
  readonly likenessExponent: number;
  readonly popularityExponent: number;
}

export const defaultScoring: ScoringOptions = {
  pairedWatches: 50,
  shrinkage: 500,
  halfLifeSeconds: 2 * 86_400,
  bucketSeconds: 21_600,
  seeds: 30,
  popularityShare: 0.01,
  floor: 0.001,
  genreFloor: 0.05,
  genreExponent: 0.25,
  likenessExponent: 0.5,
  popularityExponent: 1,
};
