/**
 * What can go wrong in messaging that a caller may want to tell apart.
 *
 * | code | when | retry |
 * |---|---|---|
 * | BROKER_UNAVAILABLE | no broker took the record in time; whether it was written is not known | helps |
 * | PRODUCER_CLOSED | a record was given to a producer that is closing | no |
 * | RECORD_TOO_LARGE | a record is larger than a topic takes | no |
 * | RECORD_REFUSED | the broker refused the record for good | no |
 * | NOT_REGISTERED | an event is encoded whose topic was not registered at start | no |
 * | REGISTRY_UNAVAILABLE | the schema registry did not answer | helps |
 * | SCHEMA_REFUSED | the registry refused the contract's schema, as it breaks its readers | no |
 * | RECORD_UNREADABLE | a record's bytes are no event of its topic | no |
 * | TOPIC_DIFFERS | a topic is set up otherwise than its contract says | no |
 * | SUBSCRIPTION_INVALID | two handlers share a subscription, or an option is out of range | no |
 * | HANDLER_TIMEOUT | a handler took longer than its deadline | helps |
 * | SUBSCRIPTION_STOPPED | a record failed whose subscription's policy is to stop | no |
 * | SUBSCRIPTION_UNKNOWN | an operator named a group that this service does not have | no |
 * | DEAD_LETTERS_UNKNOWN | an operator named a topic or group that has no dead letters | no |
 * | EDIT_REFUSED | an edited message would be no event of its topic, or of another key | no |
 * | NOT_PARKED | an operator's change names a key or a message that does not wait | no |
 * | CONSUMER_STALLED | a subscription made no progress for too long | a restart may help |
 */
export type MessagingErrorCode =
  | 'BROKER_UNAVAILABLE'
  | 'PRODUCER_CLOSED'
  | 'RECORD_TOO_LARGE'
  | 'RECORD_REFUSED'
  | 'NOT_REGISTERED'
  | 'REGISTRY_UNAVAILABLE'
  | 'SCHEMA_REFUSED'
  | 'RECORD_UNREADABLE'
  | 'TOPIC_DIFFERS'
  | 'SUBSCRIPTION_INVALID'
  | 'HANDLER_TIMEOUT'
  | 'SUBSCRIPTION_STOPPED'
  | 'SUBSCRIPTION_UNKNOWN'
  | 'DEAD_LETTERS_UNKNOWN'
  | 'EDIT_REFUSED'
  | 'NOT_PARKED'
  | 'CONSUMER_STALLED';

const retriableCodes: ReadonlySet<MessagingErrorCode> = new Set([
  'BROKER_UNAVAILABLE',
  'REGISTRY_UNAVAILABLE',
  'HANDLER_TIMEOUT',
  'CONSUMER_STALLED',
]);

/** What messaging could not do; `code` says which. */
export class MessagingError extends Error {
  override readonly name = 'MessagingError';
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(
    readonly code: MessagingErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = retriableCodes.has(code);
  }
}
