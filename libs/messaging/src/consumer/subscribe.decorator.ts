import { EventPattern } from '@nestjs/microservices';
import type { TopicContract } from '@headwater/contract-kit';
import type { TopicMessage } from '../message/index.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

/** Handlers of this transport and of no other. */
export const kafkaTransportId = Symbol('headwater.kafka');

/** What a decorator hands to the transport, through Nest's `extras`. */
export interface SubscriptionDeclaration {
  readonly topic: TopicContract;
  readonly options: Partial<SubscriptionOptions> & { readonly group: string };
  readonly batched: boolean;
}

export const declarationKey = 'headwater.subscription';

/** Takes messages of the topic one at a time; other arguments are Nest's own (`@Ctx()`). */
type HandlerDecorator<Data> = <Method extends (data: Data, ...rest: never[]) => unknown>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

function declare<Data>(declaration: SubscriptionDeclaration): HandlerDecorator<Data> {
  return EventPattern(declaration.options.group, kafkaTransportId, {
    [declarationKey]: declaration,
  }) as HandlerDecorator<Data>;
}

/**
 * Subscribes a controller's method to a topic: an `@EventPattern` with its pipes, guards, interceptors and filters. Messages of one
 * key come one after another and in order; of different keys, at the same time. `group` names the subscription, so that each handler
 * has its own.
 *
 *     @Subscribe(topics.comments, { group: 'social-feed.comments' })
 *     async onComment(message: TopicMessage<typeof topics.comments>): Promise<void> { … }
 */
export function Subscribe<Topic extends TopicContract>(
  topic: Topic,
  options: Partial<Omit<SubscriptionOptions, 'batchSize'>> & { readonly group: string },
): HandlerDecorator<TopicMessage<Topic>> {
  return declare({ topic, options, batched: false });
}

/**
 * Subscribes a method to a topic that takes all messages of a lane that wait, up to `batchSize`, in order, as one piece of work: one
 * transaction for many messages. When it fails, all of them are retried. One lane for each partition unless `lanes` says otherwise.
 */
export function SubscribeBatch<Topic extends TopicContract>(
  topic: Topic,
  options: Partial<SubscriptionOptions> & { readonly group: string },
): HandlerDecorator<readonly TopicMessage<Topic>[]> {
  return declare({ topic, options: { lanes: 1, ...options }, batched: true });
}
