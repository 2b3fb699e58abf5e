/**
 * Kinds of delivery that are rooms of their own, built on this one: the module gives them to the transport.
 */
import type { HandleMessages } from './handle-messages.ts';
import type { KafkaTransportParts } from './kafka-transport.ts';
import type { SubscriptionParts, SubscriptionToStart } from './start-subscription.ts';
import type { SubscriptionAtWork } from './subscription-at-work.ts';

export interface DeliveryKinds {
  /** `exactly-once-effect`: wraps the handler in transactions with inbox entries. */
  effects(subscription: SubscriptionToStart, parts: KafkaTransportParts): HandleMessages;
  /** `exactly-once`: consumes and produces in Kafka transactions. */
  exactlyOnce(subscription: SubscriptionToStart, parts: SubscriptionParts): SubscriptionAtWork;
}
