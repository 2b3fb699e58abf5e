import { describe, expect, it } from '@jest/globals';
import { avroCanonicalString, avroNormalizedString } from './avro-canonical-string.ts';
import { parseAvroSchema } from './parse-avro-schema.ts';

function canonical(text: string, references: string[] = []): string {
  const { schema, referencedNames } = parseAvroSchema(text, { references });
  return avroCanonicalString(schema, referencedNames);
}

function normalized(text: string, references: string[] = []): string {
  const { schema, referencedNames } = parseAvroSchema(text, { references });
  return avroNormalizedString(schema, referencedNames);
}

describe('the canonical string of an Avro schema', () => {
  it.each<[string, string, string]>([
    ['drops white space', '{ "type" : "array",\n "items": "int" }', '{"type":"array","items":"int"}'],
    ['shortens a primitive type', '{"type":"string"}', '"string"'],
    ['reads a bare primitive name', 'string', '"string"'],
    [
      'keeps properties of a primitive type',
      '{"type":"int","logicalType":"date"}',
      '{"type":"int","logicalType":"date"}',
    ],
    [
      'puts the attributes of a record in order of Avro, properties after the fields',
      '{"fields":[],"x":1,"doc":"d","namespace":"n","name":"R","type":"record","aliases":["Q"]}',
      '{"type":"record","name":"R","namespace":"n","doc":"d","fields":[],"x":1,"aliases":["Q"]}',
    ],
    [
      'splits a full name',
      '{"type":"fixed","name":"a.b.F","size":2}',
      '{"type":"fixed","name":"F","namespace":"a.b","size":2}',
    ],
    [
      'leaves the namespace out where it is inherited',
      '{"type":"record","name":"n.R","fields":[{"name":"e","type":{"type":"enum","name":"n.E","symbols":["A"]}}]}',
      '{"type":"record","name":"R","namespace":"n","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}}]}',
    ],
    [
      'writes a name that was defined before by its name',
      '{"type":"record","name":"n.R","fields":[{"name":"next","type":["null","n.R"]}]}',
      '{"type":"record","name":"R","namespace":"n","fields":[{"name":"next","type":["null","R"]}]}',
    ],
    [
      'keeps the spelling of numbers and large integers in defaults',
      '{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":1.0},{"name":"b","type":"long","default":9223372036854775807}]}',
      '{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":1.0},{"name":"b","type":"long","default":9223372036854775807}]}',
    ],
    [
      'keeps a null default, an order and aliases of a field, and drops the usual order',
      '{"type":"record","name":"R","fields":[{"type":["null","int"],"name":"a","order":"ignore","default":null,"aliases":["z"]},{"name":"b","type":"int","order":"ascending"}]}',
      '{"type":"record","name":"R","fields":[{"name":"a","type":["null","int"],"default":null,"order":"ignore","aliases":["z"]},{"name":"b","type":"int"}]}',
    ],
    [
      'keeps the default symbol of an enum',
      '{"type":"enum","default":"A","name":"E","symbols":["A"]}',
      '{"type":"enum","name":"E","symbols":["A"],"default":"A"}',
    ],
    ['keeps an error an error', '{"type":"error","name":"E","fields":[]}', '{"type":"error","name":"E","fields":[]}'],
  ])('%s', (_what, text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('writes what a reference defines by its name', () => {
    const customer = '{"type":"record","name":"Customer","namespace":"shop","fields":[]}';
    const order = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"by","type":"shop.Customer"}]}';
    expect(canonical(order, [customer])).toBe(
      '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"by","type":"Customer"}]}',
    );
  });

  it('is a schema with the same canonical string', () => {
    const text =
      '{"type":"record","name":"n.R","x":{"b":1,"a":[1.50]},"fields":[{"name":"m","type":{"type":"map","values":["null","R"]}}]}';
    expect(canonical(canonical(text))).toBe(canonical(text));
  });
});

describe('the normalized string of an Avro schema', () => {
  it('is the same for attributes, properties and aliases in another order', () => {
    const one =
      '{"type":"record","name":"R","namespace":"n","b":1,"a":2,"aliases":["Y","X"],"fields":[{"name":"f","type":"int","doc":"d","aliases":["h","g"]}]}';
    const other =
      '{"aliases":["X","Y"],"a":2,"b":1,"name":"n.R","fields":[{"aliases":["g","h"],"doc":"d","type":{"type":"int"},"name":"f"}],"type":"record"}';
    expect(canonical(one)).not.toBe(canonical(other));
    expect(normalized(one)).toBe(normalized(other));
  });

  it('tells documentation and defaults apart', () => {
    const plain = '{"type":"record","name":"R","fields":[{"name":"f","type":"int"}]}';
    const documented = '{"type":"record","name":"R","doc":"d","fields":[{"name":"f","type":"int"}]}';
    expect(normalized(plain)).not.toBe(normalized(documented));
  });

  it('is a schema with the same normalized string', () => {
    const text =
      '{"type":"record","name":"n.R","fields":[{"name":"d","type":{"type":"bytes","scale":2,"precision":4,"logicalType":"decimal"}}]}';
    expect(normalized(normalized(text))).toBe(normalized(text));
  });
});
