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
  maxViewersPerShow: 100,
};

/** How shows are scored; recommender.ts has the formula. */
export interface ScoringOptions extends SimilarityOptions, PopularityOptions {
  /** So many of a user's newest watches say what they like. */
  readonly seeds: number;
  /** ε: what a show without any likeness has. */
  readonly likenessFloor: number;
  /** δ: what a show has that nobody watched lately. */
  readonly popularityFloor: number;
  /** γ: what a show of unknown genres has. */
  readonly genreFloor: number;
  /** α: how much likeness counts. */
  readonly likenessExponent: number;
  /** κ: how much genres count. */
  readonly genreExponent: number;
}

export const defaultScoring: ScoringOptions = {
  pairedWatches: 30,
  shrinkage: 50,
  pairHalfLifeDays: 14,
  halfLifeSeconds: 86_400,
  bucketSeconds: 21_600,
  seeds: 20,
  likenessFloor: 1e-5,
  popularityFloor: 1e-6,
  genreFloor: 0.05,
  likenessExponent: 0.5,
  genreExponent: 0.1,
};
