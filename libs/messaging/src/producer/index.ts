/** Idempotent production by contract, with many callers sharing requests. */
export {
  defaultProducerOptions,
  MessageProducer,
  type EncodedRecord,
  type ProducerOptions,
  type SendOptions,
} from './message-producer.ts';
export { outgoingHeaders, type OutgoingOptions } from './outgoing-headers.ts';
export { messageIdOf } from './idempotent-message-id.ts';
