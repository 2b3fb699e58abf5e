/**
 * What can go wrong between an event and its bytes.
 *
 * | code | when | retry |
 * |---|---|---|
 * | EVENT_INVALID | a value does not fit the event's schema; the message names each wrong field | no |
 * | EVENT_UNREADABLE | bytes are no value of the schema that they are said to be of | no |
 * | SCHEMA_UNREADABLE | what a writer's schema says cannot be read by this contract | no |
 * | KEY_MISSING | a field of the record's key has no value | no |
 * | KEY_AMBIGUOUS | a field of the key contains the sign that separates fields | no |
 */
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
