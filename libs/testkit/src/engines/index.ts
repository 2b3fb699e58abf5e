/**
 * One suite, two engines: what a test expects of a Kafka it expects of the bundled broker and of Apache Kafka. Where Apache
 * Kafka is absent its half is skipped, with the reason in its title, which `npm test` counts.
 *
 * This door is for test files alone: it takes Jest's functions.
 */
export { describeOnEveryEngine, type EngineSuiteOptions } from './describe-on-every-engine.ts';
export { ENGINE_CONFIG, type EngineKind, type KafkaEngine } from './kafka-engine.ts';
