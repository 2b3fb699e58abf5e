/**
 * | code | when | retry |
 * |---|---|---|
 * | POSITION_NOT_REACHED | a projection did not come to a position in time | helps |
 * | UNKNOWN_PROJECTION | no projection of this name has ever run on the database | no |
 * | TABLES_IN_USE | a rebuilt table cannot replace the old one: something in the database stands on the old one | no |
 */
export type ProjectionErrorCode = 'POSITION_NOT_REACHED' | 'UNKNOWN_PROJECTION' | 'TABLES_IN_USE';

/** What a projection cannot do; `code` says why. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError';
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(
    readonly code: ProjectionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = code === 'POSITION_NOT_REACHED';
  }
}
