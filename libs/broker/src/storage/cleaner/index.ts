/**
 * The cleaner: compaction of logs (`cleanup.policy=compact`), in Kafka's way and on Kafka's files.
 *
 * - `cleanable-part.ts` says which log is worth cleaning, and up to where it may be;
 * - `log-cleaning.ts` cleans one log; `offset-map.ts` knows the newest offset of each key;
 * - `cleaned-segment.ts` and `segment-swap.ts` write the new segments and put them in place, recoverable at each step;
 * - `log-cleaner.ts` does all that in the background.
 */
export { type CleanableLog, type LastBatch } from './cleanable-log.ts';
export { type CleanerSettings, defaultCleanerSettings } from './cleaner-settings.ts';
export { type CleanerStatus, type CleanerTotals, type CompactedLogStatus } from './cleaner-status.ts';
export { LogCleaner } from './log-cleaner.ts';
export { beginSwap, finishSwap, recoverSwaps } from './segment-swap.ts';
