/** SQL over the lake: in processes of its own, read-only, within limits. */
export { agreementOf, type Agreement } from './agreement.ts';
export { LakeQueries, type LakeTable } from './lake-queries.ts';
export { QueryFailure } from './query-failure.ts';
export type { QueryAnswer } from './query-messages.ts';
export { resultOf } from './saved-result.ts';
export { readSavedQueries, type SavedQuery } from './saved-queries.ts';
