/**
 * Regular expressions of topics, as next-generation groups subscribe to them: RE2's syntax, as in Kafka, matched in time that is linear
 * in the length of the name, so that no client's expression can hold up the broker.
 */
export { compileTopicRegex, type TopicPattern } from './topic-pattern.ts';
