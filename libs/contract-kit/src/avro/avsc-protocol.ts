/**
 * What avsc's types call of one another. Its documented door for own types is `LogicalType` with `_fromValue`, `_toValue` and
 * `_resolve`; unions and checked resolution need the calls below, which its typings leave out. They are pinned with its version.
 */
import type avro from 'avsc';

/** A cursor over a buffer. */
export interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  writeLong(value: number): void;
}

/** Called for each value that does not fit, with the type that it does not fit. */
export type CheckHook = (value: unknown, type: avro.Type) => void;

export interface CopyOptions {
  /** 2: the value is a field's default, to be taken by a union's first branch. */
  readonly wrap?: number;
  readonly coerce?: number;
}

/** A type's inner side. */
export interface InnerType {
  /** As a branch of a union: a full name, or the name of the type. */
  readonly branchName: string;
  readonly name?: string;
  _read(tap: Tap): unknown;
  _write(tap: Tap, value: unknown): void;
  _check(value: unknown, flags?: unknown, hook?: CheckHook, path?: string[]): boolean;
  _copy(value: unknown, options?: CopyOptions): unknown;
}

/** Reads what a writer's type wrote, as the type that made it. */
export interface InnerResolver {
  _read?: (tap: Tap) => unknown;
}

export const innerOf = (type: avro.Type): InnerType => type as unknown as InnerType;

/** A resolver of what `writer` wrote. @throws when `reader` cannot read it. */
export function resolverOf(reader: avro.Type, writer: avro.Type, options: unknown): Required<InnerResolver> {
  const create = reader.createResolver.bind(reader) as (type: avro.Type, options: unknown) => unknown;
  return create(writer, options) as Required<InnerResolver>;
}

/** How avsc makes a logical type: its own typings give the class no public constructor. */
export type LogicalTypeClass = new (schema: avro.Schema, options?: unknown) => avro.types.LogicalType;
