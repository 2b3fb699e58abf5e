/**
 * The state-machine room: replicated state machines over a partition's log. Coordinators (metadata, groups, transactions) are built
 * on it: an operation validates and returns records, the records are appended, replaying them changes the state, and the reply leaves
 * when they are durable.
 */
export { coordinatorPartition } from './coordinator-partition.ts';
export { ManualClock } from './manual-clock.ts';
export type { Outcome, Producer, RecordCodec, RecordPosition, StateMachine, StateRecord } from './state-machine.ts';
export { type SnapshotPolicy } from './snapshot-writer.ts';
export { StateMachineRuntime, type RuntimeStatus, type StateMachineRuntimeOptions } from './state-machine-runtime.ts';
