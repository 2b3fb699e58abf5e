/** Topics set up and compared by their contracts. */
export { deadLetterSetup, TopicSetup } from './topic-setup.ts';
export { describeDifference, type TopicDifference } from './topic-differences.ts';
