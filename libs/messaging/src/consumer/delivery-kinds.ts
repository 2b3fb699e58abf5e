/**
 * Kinds of delivery that are rooms of their own, built on this one: the module gives them to the transport.
 */
import type { HandleMessages } from './handle-messages.ts';
import type { KafkaTransportParts } from './kafka-transport.ts';
import type { SubscriptionToStart } from './start-subscription.ts';
import type { SubscriptionState } from './subscription-runner.ts';

/** A subscription at work, as the transport sees it. */
export interface RunningSubscription {
  state(): SubscriptionState;
  /** Ends work under way, commits it and leaves the group. */
  close(): Promise<void>;
  /** Fetches nothing more until it is resumed. */
  pauseByOperator?(): void;
  resumeByOperator?(): void;
  /** Begins to read the group's redrive topic, which exists by now. */
  startRedrive?(): void;
}

export interface DeliveryKinds {
  /** `exactly-once-effect`: wraps the handler in transactions with inbox entries. */
  effects(subscription: SubscriptionToStart, parts: KafkaTransportParts): HandleMessages;
  /** `exactly-once`: consumes and produces in Kafka transactions. */
  exactlyOnce(subscription: SubscriptionToStart, parts: KafkaTransportParts): RunningSubscription;
}
