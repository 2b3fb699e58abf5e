/** At least one of the records can never be published. Whoever sends them finds out which. */
export class RecordRejectedError extends Error {
  override readonly name = 'RecordRejectedError';
  readonly code = 'RECORD_REJECTED';
  readonly retriable = false;
}
