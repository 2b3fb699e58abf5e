/**
 * Counting: impressions and clicks meet, and are added up in two stages. No broker and no clock in here; the topology runs in
 * `@headwater/streams`. The steps are exported beside the whole so that `npm run bench -- campaign` can put them together otherwise.
 */
export { CountingConfig } from './counting.config.ts';
export {
  applicationId,
  countingTopology,
  matchedIn,
  merged,
  partialCounts,
  publish,
  type OnOutcome,
} from './counting.topology.ts';
export type { MatchingTimes } from './matching.ts';
export type { Outcome } from './outcome.ts';
