import { ErrorCode, KafkaError } from '../protocol/index.ts';
import { metadataTopicName } from './metadata-topic.ts';

const longestName = 249;
const internalTopics = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state', metadataTopicName]);

/** Topics that are the broker's own. */
export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name);
}

/** @throws KafkaError INVALID_TOPIC_EXCEPTION with Kafka's words for a name that no topic may have. */
export function checkTopicName(name: string): void {
  const why = whyInvalid(name);
  if (why !== undefined) throw new KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: ${why}`);
}

function whyInvalid(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed';
  if (name === '.' || name === '..') return `'${name}' is not allowed`;
  if (name.length > longestName) return `the length of '${name}' is longer than the max allowed length ${longestName}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  return undefined;
}

/** Names that differ only in '.' and '_' would share the names of Kafka's metrics: only one of them may exist. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
