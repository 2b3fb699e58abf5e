import type { TopicContract } from '@headwater/contract-kit';
import type { RawRecord } from '../client/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { MessagingError } from '../errors/index.ts';
import { headerNames, MessageHeaders, type TopicMessage } from '../message/index.ts';
import { originIn } from './origin.ts';

/** Turns raw records of one topic into messages. */
export class MessageReader {
  constructor(
    private readonly topic: TopicContract,
    private readonly codec: EventCodec,
    /** Records are copies that carry their origin: messages tell that place. */
    private readonly secondHand = false,
  ) {}

  /**
   * @throws an error for which `isUnreadable` holds when the record never will be a message; `REGISTRY_UNAVAILABLE` when that cannot
   *   be told yet.
   */
  async read(partition: number, record: RawRecord): Promise<TopicMessage> {
    const headers = new MessageHeaders(record.headers);
    const event = record.value === null ? this.tombstone() : await this.codec.decode(this.topic, record.value);
    const { eventId } = (event.value ?? {}) as { eventId?: string };
    const origin = originIn({ topic: this.topic.name, partition, secondHand: this.secondHand }, record);
    return {
      topic: this.topic.name,
      partition: origin.partition,
      offset: origin.offset,
      timestamp: new Date(origin.timestampMs),
      key: record.key?.toString('utf8') ?? null,
      messageId:
        headers.text(headerNames.messageId) ?? eventId ?? `${this.topic.name}/${origin.partition}/${origin.offset}`,
      headers,
      ...event,
    } as TopicMessage;
  }

  private tombstone(): { name: null; value: null } {
    if (this.topic.compacted) return { name: null, value: null };
    throw new MessagingError(
      'RECORD_UNREADABLE',
      `Topic ${this.topic.name} is not compacted: a record without a value deletes nothing in it`,
    );
  }
}
