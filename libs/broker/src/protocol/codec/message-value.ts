import type { Chunks } from '../chunks.ts';
import type { Fields } from './definition.ts';

interface PrimitiveValues {
  bool: boolean;
  int8: number;
  int16: number;
  uint16: number;
  int32: number;
  /** Values beyond +-(2^53 - 1) saturate when they are read. */
  int64: number;
  float64: number;
  /** Canonical 8-4-4-4-12 lower-case hex. */
  uuid: string;
  string: string;
  /** Copied out of the frame. */
  bytes: Buffer;
  /** Views of the frame, not copies. */
  records: Chunks;
}

type Primitive<T> = T extends keyof PrimitiveValues ? PrimitiveValues[T] : never;
type OrNull<F> = F extends { readonly nullable: string } ? null : never;
type Flat<T> = { [K in keyof T]: T[K] };

type ReadValue<F> =
  | OrNull<F>
  | (F extends { readonly type: '[]struct'; readonly fields: infer X extends Fields }
      ? readonly MessageValue<X>[]
      : F extends { readonly type: 'struct'; readonly fields: infer X extends Fields }
        ? MessageValue<X>
        : F extends { readonly type: `[]${infer E}` }
          ? readonly Primitive<E>[]
          : F extends { readonly type: infer T }
            ? Primitive<T>
            : never);

type WriteValue<F> =
  | OrNull<F>
  | (F extends { readonly type: '[]struct'; readonly fields: infer X extends Fields }
      ? readonly MessageInput<X>[]
      : F extends { readonly type: 'struct'; readonly fields: infer X extends Fields }
        ? MessageInput<X>
        : F extends { readonly type: `[]${infer E}` }
          ? readonly Primitive<E>[]
          : F extends { readonly type: infer T }
            ? Primitive<T>
            : never);

type OptionalNames<X> = { [K in keyof X]: X[K] extends { readonly default: unknown } ? K : never }[keyof X];

/** What decoding gives: every field of every version. */
export type MessageValue<X extends Fields> = { readonly [K in keyof X]: ReadValue<X[K]> };

/** What encoding takes: fields with a default may be left out or undefined. */
export type MessageInput<X extends Fields> = Flat<
  { readonly [K in Exclude<keyof X, OptionalNames<X>>]: WriteValue<X[K]> } & {
    readonly [K in OptionalNames<X>]?: WriteValue<X[K]> | undefined;
  }
>;
