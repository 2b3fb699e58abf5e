/** kafkajs's errors by Kafka's names. */

/** The name of the protocol error that is at the bottom of an error, if one is. */
export function protocolErrorOf(error: unknown): string | undefined {
  for (let current = error; typeof current === 'object' && current !== null;) {
    if ('type' in current && typeof current.type === 'string') return current.type;
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

/** Protocol errors about the records themselves, or about who writes them. */
export const refusals: ReadonlySet<string | undefined> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
