/**
 * Generated Avro schemas for property tests, as JSON, and pairs in which the reader is the writer with a few changes, so
 * that compatible and incompatible pairs both come up often. Names are unique within a schema.
 */
import fc from 'fast-check';

export type SchemaJson = string | SchemaJson[] | Readonly<Record<string, unknown>>;

type Shape =
  | { readonly kind: 'primitive'; readonly type: string }
  | { readonly kind: 'array' | 'map'; readonly of: Shape }
  | { readonly kind: 'union'; readonly of: readonly Shape[] }
  | { readonly kind: 'enum'; readonly symbols: readonly string[]; readonly hasDefault: boolean }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'record'; readonly fields: readonly FieldShape[] };

interface FieldShape {
  readonly name: string;
  readonly type: Shape;
}

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];

const primitive: fc.Arbitrary<Shape> = fc.constantFrom(...PRIMITIVES).map((type) => ({ kind: 'primitive', type }));
const enumeration: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('enum' as const),
  symbols: fc.subarray(['R', 'G', 'B'], { minLength: 1 }),
  hasDefault: fc.boolean(),
});
const fixed: fc.Arbitrary<Shape> = fc.constantFrom(4, 8).map((size) => ({ kind: 'fixed', size }));

const shape = fc.letrec<{ any: Shape; notUnion: Shape; record: Shape }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, primitive, { arbitrary: tie('notUnion'), weight: 2 }, unionOf(tie('notUnion'))),
  notUnion: fc.oneof(
    { maxDepth: 3 },
    primitive,
    enumeration,
    fixed,
    tie('any').map((of): Shape => ({ kind: 'array', of })),
    tie('any').map((of): Shape => ({ kind: 'map', of })),
    tie('record'),
  ),
  record: fc
    .uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: tie('any') }), {
      selector: (field) => field.name,
      maxLength: 3,
    })
    .map((fields): Shape => ({ kind: 'record', fields })),
}));

/** A union holds each unnamed type once, and here each kind of named type once too. */
function unionOf(branch: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> {
  return fc
    .uniqueArray(branch, {
      selector: (of) => (of.kind === 'primitive' ? of.type : of.kind),
      minLength: 1,
      maxLength: 3,
    })
    .map((of) => ({ kind: 'union', of }));
}

const anyShape = shape.any;

export const avroSchemaArbitrary: fc.Arbitrary<SchemaJson> = anyShape.map((value) => toJson(value));

/** Reader and writer. */
export const evolvedPairArbitrary: fc.Arbitrary<[SchemaJson, SchemaJson]> = fc.oneof(
  fc.tuple(anyShape, anyShape).map(([reader, writer]): [SchemaJson, SchemaJson] => [toJson(reader), toJson(writer)]),
  fc
    .tuple(anyShape, fc.infiniteStream(fc.nat(19)))
    .map(([writer, choices]): [SchemaJson, SchemaJson] => [toJson(evolve(writer, choices)), toJson(writer)]),
);

const WIDER: Readonly<Record<string, string>> = {
  int: 'long',
  long: 'float',
  float: 'double',
  string: 'bytes',
  bytes: 'string',
};

/** Changes a node in about one of five cases: widen, narrow, add or drop a branch, field or symbol, resize. */
function evolve(value: Shape, choices: Iterator<number>): Shape {
  const next = choices.next();
  const choice = next.done === true ? 0 : next.value;
  switch (value.kind) {
    case 'primitive':
      if (choice === 0) return { kind: 'primitive', type: 'int' };
      return choice < 4 ? { kind: 'primitive', type: WIDER[value.type] ?? value.type } : value;
    case 'array':
    case 'map':
      return { kind: value.kind, of: evolve(value.of, choices) };
    case 'union': {
      const branches = value.of.map((of) => (of.kind === 'primitive' ? of : evolve(of, choices)));
      if (choice === 0 && branches.length > 1) return { kind: 'union', of: branches.slice(1) };
      return choice === 1 ? (branches[0] ?? value) : { kind: 'union', of: branches };
    }
    case 'enum':
      return choice < 3 ? { ...value, symbols: ['R'] } : value;
    case 'fixed':
      return choice === 0 ? { kind: 'fixed', size: 12 } : value;
    case 'record': {
      const fields = value.fields.map((field) => ({ ...field, type: evolve(field.type, choices) }));
      if (choice === 0)
        return { kind: 'record', fields: [...fields, { name: 'd', type: { kind: 'primitive', type: 'int' } }] };
      return choice < 3 ? { kind: 'record', fields: fields.slice(1) } : { kind: 'record', fields };
    }
  }
}

/** Names types by the path that leads to them, so that a type keeps its name when others come and go. */
function toJson(value: Shape, path = 'Root'): SchemaJson {
  switch (value.kind) {
    case 'primitive':
      return value.type;
    case 'array':
      return { type: 'array', items: toJson(value.of, `${path}_items`) };
    case 'map':
      return { type: 'map', values: toJson(value.of, `${path}_values`) };
    case 'union':
      return value.of.map((of) => toJson(of, `${path}_${of.kind}`));
    case 'enum': {
      const [first] = value.symbols;
      return { type: 'enum', name: path, symbols: value.symbols, ...(value.hasDefault ? { default: first } : {}) };
    }
    case 'fixed':
      return { type: 'fixed', name: path, size: value.size };
    case 'record':
      return {
        type: 'record',
        name: path,
        fields: value.fields.map(({ name, type }) => ({ name, type: toJson(type, `${path}_${name}`) })),
      };
  }
}
