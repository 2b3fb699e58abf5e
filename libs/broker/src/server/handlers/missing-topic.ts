import { checkTopicName } from '../../metadata/index.ts';
import { ErrorCode, KafkaError } from '../../protocol/index.ts';

/** What is said of a topic that does not exist: that it is not known, or that it never can be. */
export function missingTopicError(name: string): ErrorCode {
  try {
    checkTopicName(name);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return error.code;
  }
  return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}
