/** Keys and values to bytes and back, and the topics that carry them. */
export {
  bytesCodec,
  doubleCodec,
  jsonCodec,
  longCodec,
  stringCodec,
  type Codec,
  decodeRange,
  encodeBehind,
  keyIdentity,
  type KeyIdentity,
  type Prepare,
  writeLong,
} from './codec.ts';
export { contractTopic, streamTopic, type ContractCodec, type StreamTopic } from './stream-topic.ts';
