/**
 * What contracts are made of: events with their codecs, and topics. Generated code calls `defineEvent` and `defineTopic`; the toolkit
 * knows these types alone, and no event of any platform.
 */
export type { Decimal, Duration, LocalDate, LocalDateTime, LocalTime, TimestampMicros, Uuid } from './avro/index.ts';
export { ContractError, type ContractErrorCode } from './contract-error.ts';
export { defineEvent, viewOfEvent, type BodyDecoder, type EventContract, type EventValue } from './event-contract.ts';
export {
  deadLetterTopicOf,
  defineTopic,
  type EventsByName,
  type TopicContract,
  type TopicDefinition,
  type TopicEvent,
  type TopicValue,
  type TypedTopic,
} from './topic-contract.ts';
export { viewOf, type FieldsByEvent, type TopicView } from './topic-view.ts';
