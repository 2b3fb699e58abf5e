/** Names of the headers that every record of the platform carries. */
export const headerNames = {
  /** Identity of the message: the same for each copy of it. */
  messageId: 'message-id',
  /** W3C Trace Context. */
  traceparent: 'traceparent',
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
