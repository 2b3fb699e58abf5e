/** One partition of a topology at work: operators and stores over records, without a broker and without a clock. */
export { partitionOf } from './partition-of.ts';
export { Task, type RestoreTarget, type TaskEnvironment, type TaskOutput } from './task.ts';
