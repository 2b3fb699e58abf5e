/**
 * Operators: what happens to a record. Pure over their stores: the same records in the same order give the same results, whenever they
 * are processed, as time is taken from the records alone.
 */
export { aggregateOperator, type AggregateOptions } from './aggregate-operator.ts';
export { conflateOperator } from './conflate-operator.ts';
export { distinctOperator, type DistinctOptions } from './distinct-operator.ts';
export { memoryOperator, type MemoryOptions, type MemoryTime, type Remembered } from './memory-operator.ts';
export type { Forward, Operator, OperatorContext, OpenOperator, StoreDefinition, StreamRecord } from './operator.ts';
export { saltedAggregateOperator, type Salted, type SaltedAggregateOptions } from './salted-aggregate-operator.ts';
export { sessionOperator, type SessionAggregateOptions } from './session-operator.ts';
export { streamJoinOperators, type StreamJoinOptions } from './stream-join-operator.ts';
export { windowOperator, type Emit, type LatePolicy, type WindowAggregateOptions } from './window-operator.ts';
