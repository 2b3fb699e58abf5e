/** Stable codes of what can go wrong between an event and its bytes. None is helped by a retry. */
export type ContractErrorCode =
  'EVENT_INVALID' | 'EVENT_UNREADABLE' | 'SCHEMA_UNREADABLE' | 'KEY_MISSING' | 'KEY_AMBIGUOUS';

/** A value or a schema that does not fit its contract; `code` says which. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly retriable = false;

  constructor(
    readonly code: ContractErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
