import { type Chunks } from '../chunks.ts';
import type { MessageLiteral } from './definition.ts';
import { messageCodec, type MessageCodec } from './message-codec.ts';
import type { MessageInput, MessageValue } from './message-value.ts';
import { Reader } from './reader.ts';
import { parseVersions } from './version-range.ts';
import { Writer } from './writer.ts';

/** A message outside requests and responses: keys and values of the coordinators' records, metadata records. */
export class Message<D extends MessageLiteral = MessageLiteral> {
  /** The number by which records of this kind are told apart. */
  readonly key: D['key'];
  readonly name: D['name'];
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly definition: D;
  readonly #codec: MessageCodec;

  constructor(definition: D) {
    this.definition = definition;
    this.key = definition.key;
    this.name = definition.name;
    const versions = parseVersions(definition.versions);
    this.minVersion = versions.min;
    this.maxVersion = versions.max;
    this.#codec = messageCodec(definition, 'record', definition.fields);
  }

  /** The bytes of the message, without any version before them. @throws RangeError for a version that is not defined. */
  encode(version: number, value: MessageInput<D['fields']>): Buffer {
    const writer = new Writer(128);
    this.#codec.write(writer, version, value);
    return Buffer.concat(writer.finish());
  }

  /** @throws ProtocolError when the bytes are not this message; RangeError for a version that is not defined. */
  decode(version: number, bytes: Buffer | Chunks): MessageValue<D['fields']> {
    const reader = new Reader(Buffer.isBuffer(bytes) ? [bytes] : bytes, this.name);
    return this.#codec.read(reader, version) as MessageValue<D['fields']>;
  }
}

/** The value that decoding a message gives. */
export type MessageOf<M> = M extends { readonly definition: infer D extends MessageLiteral }
  ? MessageValue<D['fields']>
  : never;

/** Makes a {@link Message} of its literal. */
export function defineMessage<const D extends MessageLiteral>(definition: D): Message<D> {
  return new Message(definition);
}
