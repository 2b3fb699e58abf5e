import { describe, expect, it } from '@jest/globals';
import { AvroParseError, parseAvroSchema } from './parse-avro-schema.ts';

const recordOf = (field: string): string => `{"type":"record","name":"R","fields":[${field}]}`;

describe('an Avro schema is refused, with the reason,', () => {
  it.each<[string, string, RegExp]>([
    ['when it is not JSON', '{', /not JSON/],
    ['when it is empty JSON', '{}', /No type/],
    ['when it is a number', '5', /Not a schema/],
    ['when its type is unknown', '{"type":"strin"}', /"strin" is not a defined name/],
    ['when a name is not defined', '"Other"', /"Other" is not a defined name/],
    ['when a name has an illegal character', '{"type":"record","name":"a-b","fields":[]}', /Illegal character in: a-b/],
    [
      'when a namespace has an illegal part',
      '{"type":"record","name":"R","namespace":"a.1","fields":[]}',
      /Illegal character in: 1/,
    ],
    ['when a record has no name', '{"type":"record","fields":[]}', /No name in schema/],
    ['when a record has no fields', '{"type":"record","name":"R"}', /Record has no fields/],
    ['when a type is called like a primitive', '{"type":"record","name":"int","fields":[]}', /named after primitives/],
    ['when a field has no name', recordOf('{"type":"int"}'), /No field name/],
    ['when a field has no type', recordOf('{"name":"a"}'), /No field type/],
    [
      'when a field comes twice',
      recordOf('{"name":"a","type":"int"},{"name":"a","type":"int"}'),
      /Duplicate field a in record R/,
    ],
    [
      'when a name is defined twice',
      '[{"type":"fixed","name":"F","size":1},{"type":"map","values":{"type":"fixed","name":"F","size":2}}]',
      /Can't redefine: F/,
    ],
    ['when a union holds a union', '["int",["string"]]', /Nested union/],
    ['when a union holds a type twice', '["int","int"]', /Duplicate in union: int/],
    ['when an enum has no symbols', '{"type":"enum","name":"E"}', /Enum has no symbols/],
    ['when a symbol comes twice', '{"type":"enum","name":"E","symbols":["A","A"]}', /Duplicate enum symbol: A/],
    ['when a symbol is no name', '{"type":"enum","name":"E","symbols":["a b"]}', /Illegal character in: a b/],
    [
      'when a default symbol is unknown',
      '{"type":"enum","name":"E","symbols":["A"],"default":"B"}',
      /B is not in the enum symbol set: \[A\]/,
    ],
    ['when an array has no items', '{"type":"array"}', /Array has no items type/],
    ['when a map has no values', '{"type":"map"}', /Map has no values type/],
    ['when a fixed has no size', '{"type":"fixed","name":"F"}', /Invalid or no size/],
    ['when a fixed has a fraction of a size', '{"type":"fixed","name":"F","size":1.5}', /Invalid or no size/],
    ['when aliases are no list', '{"type":"record","name":"R","aliases":"Q","fields":[]}', /aliases not an array/],
    ['when an order is unknown', recordOf('{"name":"a","type":"int","order":"up"}'), /Unknown order "up"/],
    [
      'when a default is of another type',
      recordOf('{"name":"a","type":"int","default":"1"}'),
      /Invalid default for field a of R: "1" is not a int/,
    ],
    ['when a default is too large', recordOf('{"name":"a","type":"int","default":2147483648}'), /Invalid default/],
    ['when a default fits no branch', recordOf('{"name":"a","type":["null","int"],"default":"x"}'), /Invalid default/],
    ['when a default contains itself', recordOf('{"name":"a","type":"R","default":{}}'), /has no end/],
    [
      'when it is nested without measure',
      `${'{"type":"array","items":'.repeat(5000)}"int"${'}'.repeat(5000)}`,
      /nested/,
    ],
  ])('%s', (_what, text, reason) => {
    expect(() => parseAvroSchema(text)).toThrow(AvroParseError);
    expect(() => parseAvroSchema(text)).toThrow(reason);
  });
});

describe('an Avro schema is taken', () => {
  it.each<[string, string]>([
    ['when a union default is of any branch', recordOf('{"name":"a","type":["null","int"],"default":3}')],
    [
      'when a long default is beyond the integers of a double',
      recordOf('{"name":"a","type":"long","default":-9223372036854775808}'),
    ],
    [
      'when a record default leaves out fields with a default',
      recordOf(
        '{"name":"a","type":{"type":"record","name":"S","fields":[{"name":"b","type":"int","default":1}]},"default":{}}',
      ),
    ],
    ['when a name is used within its own definition', recordOf('{"name":"a","type":{"type":"map","values":"R"}}')],
    ['when it has attributes that Avro does not know', '{"type":"string","avro.java.string":"String","__proto__":1}'],
  ])('%s', (_what, text) => {
    expect(() => parseAvroSchema(text)).not.toThrow();
  });

  it('with a wrong default when it was stored by a registry that let it in', () => {
    const text = recordOf('{"name":"a","type":"int","default":"1"}');
    expect(() => parseAvroSchema(text, { validateDefaults: false })).not.toThrow();
  });

  it('with the names of its references', () => {
    const { schema, referencedNames } = parseAvroSchema('["null","n.A"]', {
      references: [
        '{"type":"record","name":"n.A","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["X"]}}]}',
      ],
    });
    expect(schema.type).toBe('union');
    expect([...referencedNames]).toEqual(['n.A', 'n.E']);
  });
});
