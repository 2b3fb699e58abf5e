/** The platform's contracts: events, their codecs, and topics. Types and values under generated/ come from schemas/. */
export { ContractError, type ContractErrorCode } from './contract-error.ts';
export type { EventContract, EventValue } from './event-contract.ts';
export {
  deadLetterTopicOf,
  type EventsByName,
  type TopicContract,
  type TopicEvent,
  type TopicValue,
} from './topic-contract.ts';
export * from './generated/index.ts';
