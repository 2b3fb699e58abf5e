/** Events as bytes without a registry: the number of the event among its topic's, and its Avro body. */
import type { TopicContract, TopicEvent } from '@headwater/contracts';
import type { ContractCodec } from '@headwater/streams';

function decode<Topic extends TopicContract>(topic: Topic, value: Buffer): TopicEvent<Topic> {
  const event = Object.values(topic.events)[value[0]!]!;
  return { name: event.name, value: event.decode(value.subarray(1)) } as TopicEvent<Topic>;
}

export const localCodec: ContractCodec = {
  encode: (topic, event, value) =>
    Buffer.concat([Buffer.from([Object.keys(topic.events).indexOf(event.name)]), event.encode(value)]),
  decode: (topic, value) => Promise.resolve(decode(topic, value)),
  decodeKnown: decode,
  isKnown: () => true,
};
