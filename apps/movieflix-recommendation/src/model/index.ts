/**
 * What users may want to watch next, learned from what everybody watched: profiles, item-to-item similarity, what is popular now, and the
 * score made of them. A model is a function of the newest watches, bounded in memory, and knows nothing of Kafka.
 */
export { defaultLimits, type ModelLimits, type ScoringOptions } from './model-limits.ts';
export type { GenreShare, Profile, WatchedShow } from './profile.ts';
export { RecommendationModel, type Learned } from './recommendation-model.ts';
export type { Recommendation } from './recommender.ts';
export type { ShowFacts, Watch } from './watch.ts';
