export {
  defaultProducerOptions,
  MessageProducer,
  type EncodedRecord,
  type ProducerOptions,
  type SendOptions,
} from './message-producer.ts';
