import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { compileProgram } from './program.ts';
import { RegexSyntaxError } from './regex-node.ts';
import { parseRegex } from './regex-parser.ts';

/** A regular expression that stands for topics. */
export interface TopicPattern {
  /** Whether the expression matches the name as a whole. */
  matches(name: string): boolean;
}

/** @throws KafkaError INVALID_REGULAR_EXPRESSION with the place's reason, in RE2's words. */
export function compileTopicRegex(expression: string): TopicPattern {
  try {
    const program = compileProgram(parseRegex(expression));
    return { matches: (name) => program.matches(name) };
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    throw new KafkaError(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
      `SubscribedTopicRegex \`${expression}\` is not a valid regular expression: ${error.message}.`,
    );
  }
}
