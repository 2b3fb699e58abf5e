/**
 * The platform's contracts: events, their codecs, and topics. Types and values under generated/ come from schemas/; `defineEvent` and
 * `defineTopic` are for generated code, and for tests of libs that need topics of their own.
 */
export type { Decimal, Duration, LocalDate, LocalDateTime, LocalTime, TimestampMicros, Uuid } from './avro/index.ts';
export { ContractError, type ContractErrorCode } from './contract-error.ts';
export { defineEvent, type EventContract, type EventValue } from './event-contract.ts';
export {
  deadLetterTopicOf,
  defineTopic,
  type EventsByName,
  type TopicContract,
  type TopicEvent,
  type TopicValue,
  type TypedTopic,
} from './topic-contract.ts';
export * from './generated/index.ts';
