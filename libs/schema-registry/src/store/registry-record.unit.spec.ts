import { describe, expect, it } from '@jest/globals';
import { decodeRegistryRecord, encodeRegistryRecord, type RegistryRecord } from './registry-record.ts';

const schema: RegistryRecord = {
  type: 'schema',
  subject: 'orders-value',
  version: 2,
  value: {
    subject: 'orders-value',
    version: 2,
    id: 7,
    schemaType: 'AVRO',
    references: [],
    schema: '"string"',
    deleted: false,
  },
};

describe('a record of the schema log', () => {
  it.each<[string, RegistryRecord, string, string | null]>([
    [
      'a schema',
      schema,
      '{"keytype":"SCHEMA","subject":"orders-value","version":2,"magic":1}',
      String.raw`{"subject":"orders-value","version":2,"id":7,"schema":"\"string\"","deleted":false}`,
    ],
    [
      'a removed version',
      { type: 'schema', subject: 's', version: 1, value: null },
      '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
      null,
    ],
    [
      'a subject that is deleted',
      { type: 'delete-subject', subject: 's', upToVersion: 3 },
      '{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}',
      '{"subject":"s","version":3}',
    ],
    [
      'a global level',
      { type: 'config', subject: null, value: { compatibilityLevel: 'FULL' } },
      '{"keytype":"CONFIG","magic":0}',
      '{"compatibilityLevel":"FULL"}',
    ],
    [
      'a mode of a subject',
      { type: 'mode', subject: 's', mode: 'READONLY' },
      '{"keytype":"MODE","subject":"s","magic":0}',
      '{"subject":"s","mode":"READONLY"}',
    ],
    ['a mark of the highest id', { type: 'noop', maxId: 9 }, '{"keytype":"NOOP","magic":0}', '{"maxId":9}'],
  ])('is written and read in the format of Confluent: %s', (_what, record, key, value) => {
    const entry = encodeRegistryRecord(record);
    expect([entry.key.toString(), entry.value?.toString() ?? null]).toEqual([key, value]);
    expect(decodeRegistryRecord(entry)).toEqual(record);
  });

  it('is read with the attributes that newer registries add', () => {
    const entry = encodeRegistryRecord(schema);
    const value = {
      ...(JSON.parse(String(entry.value)) as object),
      md5: 'x',
      metadata: { properties: {} },
      ruleSet: {},
    };
    expect(decodeRegistryRecord({ key: entry.key, value: Buffer.from(JSON.stringify(value)) })).toEqual(schema);
  });

  it('is passed over when its key type is unknown', () => {
    const key = Buffer.from('{"keytype":"CONTEXT","tenant":"default","context":"c","magic":0}');
    expect(decodeRegistryRecord({ key, value: Buffer.from('{}') })).toBeUndefined();
  });

  it.each<[string, string | null, string | null, RegExp]>([
    ['without a key', null, '{}', /the key is null/],
    ['whose key is not JSON', 'k', '{}', /the key is not JSON/],
    ['whose key is a list', '[]', '{}', /the key is not a JSON object/],
    ['whose version is a text', '{"keytype":"SCHEMA","subject":"s","version":"1"}', '{}', /version is not an integer/],
    ['whose schema is missing', '{"keytype":"SCHEMA","subject":"s","version":1}', '{"id":1}', /schema is not a string/],
  ])('is refused %s', (_what, key, value, reason) => {
    const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
    expect(() => decodeRegistryRecord({ key: bytes(key), value: bytes(value) })).toThrow(reason);
  });
});
