/**
 * The literals from which codecs and TypeScript types are made.
 *
 * A field says in which versions it is on the wire (`0+`, `3-7`, `5`), in which of them it may be null, and whether it is a
 * tagged field (KIP-482; `tag` is its number, and `versions` are then the versions in which it may appear). A field that
 * not every served version carries has a `default`: the value it has in memory where the wire does not carry it, and
 * the value of a tagged field that is left out. A sender may leave out any field that has a default.
 */

/** Types of the protocol guide: all integers big-endian, `records` is length-prefixed record batches. */
export type PrimitiveType =
  'bool' | 'int8' | 'int16' | 'uint16' | 'int32' | 'int64' | 'float64' | 'uuid' | 'string' | 'bytes' | 'records';

/** `0+`, `3-7`, or one version. */
export type Versions = string;

interface FieldProperties {
  readonly versions: Versions;
  readonly nullable?: Versions;
  readonly tag?: number;
}

export interface PrimitiveField extends FieldProperties {
  readonly type: PrimitiveType;
  readonly default?: unknown;
}

export interface PrimitiveArrayField extends FieldProperties {
  readonly type: `[]${PrimitiveType}`;
  readonly default?: readonly [] | null;
}

export interface StructField extends FieldProperties {
  readonly type: 'struct';
  readonly fields: Fields;
  /** `{}`: every field at its own default. */
  readonly default?: Readonly<Record<string, never>> | null;
}

export interface StructArrayField extends FieldProperties {
  readonly type: '[]struct';
  readonly fields: Fields;
  readonly default?: readonly [] | null;
}

export type Field = PrimitiveField | PrimitiveArrayField | StructField | StructArrayField;

/** Fields in their order on the wire. */
export type Fields = Readonly<Record<string, Field>>;

/** A message that is versioned by itself: a stored record, or one side of an API. */
export interface MessageLiteral {
  /** The number by which records of this kind are told apart. */
  readonly key: number;
  readonly name: string;
  /** The versions that can be read and written, for example `0-4`. */
  readonly versions: Versions;
  /** The versions with compact lengths and tagged fields; none when left out. */
  readonly flexibleVersions?: Versions;
  readonly fields: Fields;
}

/** An API: its request and its response share key, versions and flexibility. */
export interface ApiLiteral {
  readonly key: number;
  readonly name: string;
  readonly versions: Versions;
  /** What ApiVersions answers when it is more than what is served (see `apis/00-produce.ts`). */
  readonly advertisedVersions?: Versions;
  readonly flexibleVersions?: Versions;
  readonly request: Fields;
  readonly response: Fields;
}
