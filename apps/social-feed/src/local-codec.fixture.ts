/** Events as bytes without a registry: the number of the event among its topic's, and its Avro body. */
import type { TopicContract, TopicEvent } from '@headwater/contracts';
import type { ContractCodec } from '@headwater/streams';

function decode<Topic extends TopicContract>(
  topic: Topic,
  source: Buffer,
  start = 0,
  end = source.length,
): TopicEvent<Topic> {
  const event = Object.values(topic.events)[source[start]!]!;
  return { name: event.name, value: event.decode(source.subarray(start + 1, end)) } as TopicEvent<Topic>;
}

export const localCodec: ContractCodec = {
  encode: (topic, event, value) =>
    Buffer.concat([Buffer.from([Object.keys(topic.events).indexOf(event.name)]), event.encode(value)]),
  decode: (topic, value) => Promise.resolve(decode(topic, value)),
  decodeKnown: decode,
  isKnown: () => true,
};
