/**
 * What can go wrong in stream processing that a caller may want to tell apart.
 *
 * | code | when | retry |
 * |---|---|---|
 * | TOPOLOGY_INVALID | two things share a name, or an option is out of range | no |
 * | NOT_PARTITIONED_BY_KEY | a stream whose keys were changed is grouped or joined without going through a topic first | no |
 * | NOT_COPARTITIONED | topics that are joined differ in their number of partitions | no |
 * | TOPIC_MISSING | a topic that is read or written does not exist | when it was created |
 * | TOPIC_DIFFERS | an internal topic is set up otherwise than this topology needs | no |
 * | RECORD_UNREADABLE | a record's bytes are not what the topic's codec reads | no |
 * | PROCESSOR_FAILED | a function of the topology threw | no |
 * | STORE_UNKNOWN | no store has the name | no |
 * | NOT_OWNED | the key's partition belongs to another instance, or is being restored | helps |
 * | NOT_RESTORED | the table is being restored | helps |
 * | CLOSED | the application or the table was closed | no |
 */
export type StreamsErrorCode =
  | 'TOPOLOGY_INVALID'
  | 'NOT_PARTITIONED_BY_KEY'
  | 'NOT_COPARTITIONED'
  | 'TOPIC_MISSING'
  | 'TOPIC_DIFFERS'
  | 'RECORD_UNREADABLE'
  | 'PROCESSOR_FAILED'
  | 'STORE_UNKNOWN'
  | 'NOT_OWNED'
  | 'NOT_RESTORED'
  | 'CLOSED';

const retriableCodes: ReadonlySet<StreamsErrorCode> = new Set(['TOPIC_MISSING', 'NOT_OWNED', 'NOT_RESTORED']);

/** What streams cannot do; `code` says which. */
export class StreamsError extends Error {
  override readonly name = 'StreamsError';
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(
    readonly code: StreamsErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = retriableCodes.has(code);
  }
}
