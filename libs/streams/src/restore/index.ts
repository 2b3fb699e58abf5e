/** Filling stores from topics, with progress. */
export { RestoreLog, type RestoreProgress } from './restore-progress.ts';
export { restore, type RestorePartition } from './restore.ts';
