import type { TopicContract, TopicEvent } from '@headwater/contract-kit';
import type { MessageHeaders } from './message-headers.ts';

/** Where a message comes from and how it is known again. */
export interface MessageEnvelope {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The record's time: when it was written, if its producer set no other. */
  readonly timestamp: Date;
  readonly key: string | null;
  /** From the `message-id` header, else the event's `eventId`, else topic, partition and offset: the same at each redelivery. */
  readonly messageId: string;
  readonly headers: MessageHeaders;
}

/** In a compacted topic: the key's state is gone. */
export interface Tombstone {
  readonly name: null;
  readonly value: null;
}

/**
 * A message of a topic, told apart by `name`:
 *
 *     if (message.name === postPublished.name) message.value.title
 *
 * A compacted topic's message may be a tombstone, whose `name` and `value` are null.
 */
export type TopicMessage<Topic extends TopicContract = TopicContract> = MessageEnvelope &
  (TopicEvent<Topic> | (Topic extends { readonly compacted: true } ? Tombstone : never));
