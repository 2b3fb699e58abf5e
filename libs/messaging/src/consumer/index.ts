/** Subscriptions: Nest handlers fed by key-ordered lanes, with retries, dead letters and commits by watermark. */
export type { MetricsPort } from './consumer-metrics.ts';
export { PartialFailure, type HandleMessages, type HandlingAttempt } from './handle-messages.ts';
export { KafkaTransport, SubscriptionContext, type TransportHealth } from './kafka-transport.ts';
export { OriginalErrorFilter } from './original-error.filter.ts';
export { Subscribe, SubscribeBatch } from './subscribe.decorator.ts';
export type { Delivery, FailurePolicy, SubscriptionOptions } from './subscription-options.ts';
export type { SubscriptionState } from './subscription-runner.ts';
