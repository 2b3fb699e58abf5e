import { checkTopicName } from '../../metadata/index.ts';
import { ErrorCode, KafkaError } from '../../protocol/index.ts';

export interface MissingTopic {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

/** What is said of a topic that does not exist: that it is not known, or that it never can be. */
export function missingTopic(name: string): MissingTopic {
  try {
    checkTopicName(name);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { errorCode: error.code, errorMessage: error.message };
  }
  return {
    errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    errorMessage: 'This server does not host this topic-partition.',
  };
}

/** The code of {@link missingTopic}, for answers without words. */
export function missingTopicError(name: string): ErrorCode {
  return missingTopic(name).errorCode;
}
