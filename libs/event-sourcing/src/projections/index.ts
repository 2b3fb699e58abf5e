/**
 * Read models made of events, in the database of the events.
 *
 * Invariants: the checkpoint moves in the transaction that changes the tables, from where it was read, so that each event takes
 * effect once and none is skipped; it never moves past an event that fails. A rebuild happens beside what is read.
 */
export { ProjectionError, type ProjectionErrorCode } from './projection-error.ts';
export { ProjectionHost, type WaitOptions } from './projection-host.ts';
export { projectionMigrations } from './projection-migrations.ts';
export { type ProjectionHostOptions, type ProjectionObserver } from './projection-options.ts';
export { type ProjectionMetricsPort } from './projection-telemetry.ts';
export { type Projection } from './projection.ts';
export { ProjectionsController } from './projections.controller.ts';
export { ProjectionsModule, type ProjectionParts, type ProjectionsModuleOptions } from './projections.module.ts';
export { ProjectionsOperator, type ProjectionRebuildStatus, type ProjectionStatus } from './projections-operator.ts';
