import type { ApiLiteral } from './definition.ts';
import { messageCodec, type MessageCodec } from './message-codec.ts';
import type { MessageInput, MessageValue } from './message-value.ts';
import { includesVersion, parseVersions, type VersionRange } from './version-range.ts';

/** An API of the protocol: its definition and the codecs made of it. */
export class Api<D extends ApiLiteral = ApiLiteral> {
  readonly key: D['key'];
  readonly name: D['name'];
  /** The versions that can be read and written. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The lowest version that ApiVersions answers; lower than `minVersion` where clients must see it. */
  readonly advertisedMinVersion: number;
  readonly definition: D;
  readonly request: MessageCodec;
  readonly response: MessageCodec;
  readonly #versions: VersionRange;
  readonly #flexibleVersions: VersionRange;

  constructor(definition: D) {
    this.definition = definition;
    this.key = definition.key;
    this.name = definition.name;
    this.#versions = parseVersions(definition.versions);
    this.#flexibleVersions = parseVersions(definition.flexibleVersions);
    this.minVersion = this.#versions.min;
    this.maxVersion = this.#versions.max;
    this.advertisedMinVersion = parseVersions(definition.advertisedVersions ?? definition.versions).min;
    this.request = messageCodec(definition, 'request', definition.request);
    this.response = messageCodec(definition, 'response', definition.response);
  }

  supports(version: number): boolean {
    return includesVersion(this.#versions, version);
  }

  /** Whether messages of this version have compact lengths and tagged fields (KIP-482). */
  isFlexible(version: number): boolean {
    return includesVersion(this.#flexibleVersions, version);
  }
}

/** An API whose literal is not known, as it is found by its key. */
export type AnyApi = Pick<
  Api,
  | 'key'
  | 'name'
  | 'minVersion'
  | 'maxVersion'
  | 'advertisedMinVersion'
  | 'request'
  | 'response'
  | 'supports'
  | 'isFlexible'
>;

/** A decoded request: every field of every version. */
export type RequestOf<A> = A extends { readonly definition: infer D extends ApiLiteral }
  ? MessageValue<D['request']>
  : unknown;

/** A response to encode: fields that have a default may be left out. */
export type ResponseInput<A> = A extends { readonly definition: infer D extends ApiLiteral }
  ? MessageInput<D['response']>
  : unknown;

/** The client's side: a request to encode. */
export type RequestInput<A> = A extends { readonly definition: infer D extends ApiLiteral }
  ? MessageInput<D['request']>
  : unknown;

/** The client's side: a decoded response. */
export type ResponseOf<A> = A extends { readonly definition: infer D extends ApiLiteral }
  ? MessageValue<D['response']>
  : unknown;

/** Makes an {@link Api} of its literal. */
export function defineApi<const D extends ApiLiteral>(definition: D): Api<D> {
  return new Api(definition);
}
