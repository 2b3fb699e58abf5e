/** Subscriptions: Nest handlers fed by key-ordered lanes, with retries, dead letters and commits by watermark. */
export type { MetricsPort } from './consumer-metrics.ts';
export type { Attempts } from './attempts.ts';
export { attemptsOf } from './attempts-of.ts';
export { ConsumerMetrics } from './consumer-metrics.ts';
export { DeadLetters } from './dead-letters.ts';
export type { DeliveryKinds } from './delivery-kinds.ts';
export {
  PartialFailure,
  type HandleMessages,
  type HandlingAttempt,
  type OutputOptions,
  type TransactionOutput,
} from './handle-messages.ts';
export {
  KafkaTransport,
  SubscriptionContext,
  type KafkaTransportParts,
  type TransportHealth,
} from './kafka-transport.ts';
export type { MemberAtWork, SubscriptionState } from './member-at-work.ts';
export { MessageReader } from './message-reader.ts';
export { originHeaders } from './origin.ts';
export { OriginalErrorFilter } from './original-error.filter.ts';
export { redriveOptions, redriveSetup, redriveTopicOf, retryTopicOf } from './side-topics.ts';
export { Subscribe, SubscribeBatch } from './subscribe.decorator.ts';
export {
  completeOptions,
  type Delivery,
  type FailurePolicy,
  type SubscriptionOptions,
} from './subscription-options.ts';
export type { SubscriptionParts, SubscriptionToStart } from './start-subscription.ts';
export { SubscriptionAtWork } from './subscription-at-work.ts';
