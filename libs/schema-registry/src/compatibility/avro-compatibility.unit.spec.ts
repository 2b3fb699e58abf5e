import { describe, expect, it } from '@jest/globals';
import avsc from 'avsc';
import fc from 'fast-check';
import { parseAvroSchema } from '../formats/index.ts';
import { avroIncompatibilities } from './avro-compatibility.ts';
import { avroSchemaArbitrary, evolvedPairArbitrary, type SchemaJson } from './avro-schema.arbitrary.ts';

function reasons(reader: unknown, writer: unknown): string[] {
  return avroIncompatibilities(parse(reader), parse(writer)).map(
    ({ type, path, detail }) => `${type} ${path} ${detail}`,
  );
}

function parse(json: unknown): ReturnType<typeof parseAvroSchema>['schema'] {
  return parseAvroSchema(JSON.stringify(json)).schema;
}

const record = (fields: unknown[], more: object = {}): object => ({ type: 'record', name: 'Order', fields, ...more });
const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more });
const color = (symbols: string[], more: object = {}): object => ({ type: 'enum', name: 'Color', symbols, ...more });
const tree = (valueType: unknown): object => ({
  type: 'record',
  name: 'Tree',
  fields: [field('value', valueType), field('children', { type: 'array', items: 'Tree' })],
});

describe('a reader reads', () => {
  it.each<[string, unknown, unknown]>([
    ['its own primitive type', 'string', 'string'],
    ['int as long', 'long', 'int'],
    ['int and long as float', ['float', 'string'], ['int', 'long']],
    ['float as double', 'double', 'float'],
    ['string as bytes', 'bytes', 'string'],
    ['bytes as string', 'string', 'bytes'],
    ['arrays of what it reads', { type: 'array', items: 'long' }, { type: 'array', items: 'int' }],
    ['maps of what it reads', { type: 'map', values: 'long' }, { type: 'map', values: 'int' }],
    ['a field that it lacks, by passing it over', record([]), record([field('a', 'int')])],
    ['a missing field with a default', record([field('a', 'int', { default: 1 })]), record([])],
    ['a missing field whose default is null', record([field('a', ['null', 'int'], { default: null })]), record([])],
    [
      'fields in another order',
      record([field('a', 'int'), field('b', 'int')]),
      record([field('b', 'int'), field('a', 'int')]),
    ],
    ['a renamed field by its alias', record([field('b', 'int', { aliases: ['a'] })]), record([field('a', 'int')])],
    ['a renamed record by its alias', record([], { name: 'Purchase', aliases: ['Order'] }), record([])],
    [
      'a record of another namespace with the same name',
      record([], { namespace: 'x' }),
      record([], { namespace: 'y' }),
    ],
    ['an enum with more symbols than the writer', color(['R', 'G']), color(['R'])],
    ['unknown symbols by a default symbol', color(['R'], { default: 'R' }), color(['R', 'G'])],
    ['a plain type as a branch of its union', ['null', 'long'], 'int'],
    ['a union whose every branch it reads', 'long', ['int', 'long']],
    ['a narrower union', ['null', 'int', 'string'], ['null', 'int']],
    ['a logical type as its plain type', 'long', { type: 'long', logicalType: 'timestamp-millis' }],
    ['one logical type as another', { type: 'int', logicalType: 'date' }, { type: 'int', logicalType: 'time-millis' }],
    ['a recursive record', tree('long'), tree('int')],
  ])('%s', (_what, reader, writer) => {
    expect(reasons(reader, writer)).toEqual([]);
  });
});

describe('a reader refuses, and says where and why,', () => {
  it.each<[string, unknown, unknown, string[]]>([
    ['another type', 'int', 'string', ['TYPE_MISMATCH / reader type: INT not compatible with writer type: STRING']],
    ['a demotion', 'int', 'long', ['TYPE_MISMATCH / reader type: INT not compatible with writer type: LONG']],
    [
      'a missing field without default',
      record([field('a', 'int'), field('b', 'string')]),
      record([field('a', 'int')]),
      ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/1 b'],
    ],
    [
      'a missing enum field whose default symbol is no default of the field',
      record([field('a', color(['R'], { default: 'R' }))]),
      record([]),
      ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a'],
    ],
    [
      'each wrong field',
      record([field('a', 'int'), field('b', 'int')]),
      record([field('a', 'string'), field('b', 'string')]),
      [
        'TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: STRING',
        'TYPE_MISMATCH /fields/1/type reader type: INT not compatible with writer type: STRING',
      ],
    ],
    ['another name', record([], { name: 'Purchase' }), record([]), ['NAME_MISMATCH /name expected: Order']],
    ['missing symbols', color(['R']), color(['R', 'G', 'B']), ['MISSING_ENUM_SYMBOLS /symbols [B, G]']],
    [
      'another size',
      { type: 'fixed', name: 'F', size: 4 },
      { type: 'fixed', name: 'F', size: 8 },
      ['FIXED_SIZE_MISMATCH /size expected: 8, found: 4'],
    ],
    [
      'a branch that its union lacks',
      record([field('a', ['null', 'int'])]),
      record([field('a', ['null', 'int', 'string'])]),
      ['MISSING_UNION_BRANCH /fields/0/type/2 reader union lacking writer type: STRING'],
    ],
    [
      'a plain type that no branch reads',
      ['null', 'int'],
      'string',
      ['MISSING_UNION_BRANCH / reader union lacking writer type: STRING'],
    ],
    [
      'one unreadable branch of a union',
      'int',
      ['int', 'string'],
      ['TYPE_MISMATCH /1 reader type: INT not compatible with writer type: STRING'],
    ],
    [
      'what is deep in arrays and maps',
      { type: 'array', items: { type: 'map', values: 'int' } },
      { type: 'array', items: { type: 'map', values: 'string' } },
      ['TYPE_MISMATCH /items/values reader type: INT not compatible with writer type: STRING'],
    ],
    [
      'a recursive record whose values differ',
      tree('int'),
      tree('string'),
      ['TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: STRING'],
    ],
  ])('%s', (_what, reader, writer, expected) => {
    expect(reasons(reader, writer)).toEqual(expected);
  });

  it('a recursive pair that was taken for compatible in a branch that failed later', () => {
    // The first branch of the reader's union fails only after Link has been compared on the assumption that it holds.
    const link = { type: 'record', name: 'Link', fields: [field('to', 'Node')] };
    const node = (valueType: string): object => ({
      type: 'record',
      name: 'Node',
      fields: [field('link', ['null', link]), field('value', valueType)],
    });
    const holder = (valueType: string): object =>
      record([field('node', ['null', node(valueType)]), field('link', ['null', 'Link'])]);
    expect(reasons(holder('int'), holder('string'))).toEqual([
      'MISSING_UNION_BRANCH /fields/0/type/1 reader union lacking writer type: RECORD',
      'MISSING_UNION_BRANCH /fields/1/type/1 reader union lacking writer type: RECORD',
    ]);
  });
});

describe('compatibility of generated schemas', () => {
  it('holds between a schema and itself', () => {
    fc.assert(
      fc.property(avroSchemaArbitrary, (schema) => {
        expect(reasons(schema, schema)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with what an independent implementation of schema resolution reads', () => {
    fc.assert(
      fc.property(evolvedPairArbitrary, ([reader, writer]) => {
        expect(reasons(reader, writer).length === 0).toBe(avscReads(reader, writer));
      }),
      { numRuns: 1000 },
    );
  });
});

function avscReads(reader: SchemaJson, writer: SchemaJson): boolean {
  // avsc keeps the names that it meets in the options: fresh ones for each schema.
  const readerType = avsc.Type.forSchema(reader as avsc.Schema, { wrapUnions: true });
  const writerType = avsc.Type.forSchema(writer as avsc.Schema, { wrapUnions: true });
  try {
    readerType.createResolver(writerType);
    return true;
  } catch {
    return false;
  }
}
