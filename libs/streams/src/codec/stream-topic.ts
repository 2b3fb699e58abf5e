import type { TopicContract, TopicEvent } from '@headwater/contract-kit';
import type { EventCodec } from '@headwater/messaging';
import { stringCodec, type Codec } from './codec.ts';

/** A topic as a topology reads or writes it. */
export interface StreamTopic<K, V> {
  readonly name: string;
  readonly key: Codec<K>;
  readonly value: Codec<V>;
  /**
   * When the event happened, in milliseconds since the epoch, where the value knows better than the record.
   * @param recordMs the record's timestamp.
   */
  readonly timestampMs?: (value: V, recordMs: number) => number;
}

/** What a topic's events are written and read by: the messaging lib's codec, or whatever does the same. */
export type ContractCodec = Pick<EventCodec, 'encode' | 'decode' | 'decodeKnown' | 'isKnown'> &
  Partial<Pick<EventCodec, 'decodeKnownAt' | 'isKnownAt'>>;

/** A topic of plain codecs. */
export function streamTopic<K, V>(topic: StreamTopic<K, V>): StreamTopic<K, V> {
  return topic;
}

/**
 * A topic by its contract: text keys, and the contract's events as values.
 * @param codec to write the topic, its schemas must be registered (`EventCodec.register`, or `produces` of MessagingModule).
 */
export function contractTopic<Topic extends TopicContract>(
  topic: Topic,
  codec: ContractCodec,
  options: Pick<StreamTopic<string, TopicEvent<Topic>>, 'timestampMs'> = {},
): StreamTopic<string, TopicEvent<Topic>> {
  const eventAt = (source: Buffer, start: number, end: number): TopicEvent<Topic> => {
    const event = codec.decodeKnownAt
      ? codec.decodeKnownAt(topic, source, start, end)
      : codec.decodeKnown(topic, source.subarray(start, end));
    if (!event) throw new Error(`the schema of a record of ${topic.name} is not known yet: prepare its bytes first`);
    return event;
  };
  const isKnownAt = (source: Buffer, start: number, end: number): boolean =>
    codec.isKnownAt ? codec.isKnownAt(topic, source, start, end) : codec.isKnown(topic, source.subarray(start, end));
  return {
    ...options,
    name: topic.name,
    key: stringCodec,
    value: {
      encode: (event) => codec.encode(topic, topic.events[event.name]!, event.value),
      decode: (bytes) => eventAt(bytes, 0, bytes.length),
      decodeAt: eventAt,
      prepareAt: (source, start, end) =>
        isKnownAt(source, start, end)
          ? undefined
          : codec.decode(topic, Buffer.from(source.subarray(start, end))).then(() => undefined),
    },
  };
}
