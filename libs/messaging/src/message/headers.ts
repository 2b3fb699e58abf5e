/** Names of the headers that every record of the platform carries. */
export const headerNames = {
  /** Identity of the message: the same for each copy of it. */
  messageId: 'message-id',
  /** W3C Trace Context. */
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const;

/** A dead letter's account of what happened; the record's own headers stay beside it. */
export const deadLetterHeaderNames = {
  topic: 'dead-letter-topic',
  partition: 'dead-letter-partition',
  offset: 'dead-letter-offset',
  /** ISO 8601. */
  timestamp: 'dead-letter-timestamp',
  group: 'dead-letter-group',
  attempts: 'dead-letter-attempts',
  /** The class or code of the last error. */
  error: 'dead-letter-error',
  reason: 'dead-letter-reason',
} as const;

/**
 * On a record that came by way of a topic of the group's own (a retry tier, a redrive): where it was first read. Its consumer is shown
 * that place, not the one between.
 */
export const originHeaderNames = {
  topic: 'origin-topic',
  partition: 'origin-partition',
  offset: 'origin-offset',
  /** Milliseconds since the epoch. */
  timestamp: 'origin-timestamp',
  /** How often the record was tried until then. */
  attempts: 'origin-attempts',
  /** Not to be tried before, in milliseconds since the epoch. */
  due: 'retry-due',
} as const;

/** How often a dead letter was given to its group again; it stays on the record. */
export const redriveCountHeader = 'redrive-count';
