/** The narrow view of TypeORM that this lib works on: a place that runs SQL, and what an error of it means. */
export { bigintArray, byteaArray, integerArray, jsonbArray, textArray } from './binary-array.ts';
export { Snapshot } from './snapshot.ts';
export { type SqlExecutor } from './sql-executor.ts';
export { Turns } from './turns.ts';
export { isRolledBack, sqlDetailOf, sqlStateOf } from './sql-state.ts';
