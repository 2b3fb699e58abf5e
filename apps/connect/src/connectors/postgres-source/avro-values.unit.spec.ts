import { describe, expect, it } from '@jest/globals';
import { type Relation, type RowValues } from '@headwater/event-sourcing';
import { AvroRows, type SchemaField } from './avro-values.ts';

const relation = (...names: readonly string[]): Relation => ({
  id: 1,
  schema: 'public',
  table: 't',
  replicaIdentity: 'full',
  columns: names.map((name) => ({ name, typeId: 25, typeModifier: -1, isIdentity: true })),
});

const values = (...texts: readonly (string | null | undefined)[]): RowValues => ({ text: (column) => texts[column] });

const rowOf = (fields: readonly SchemaField[], ...texts: readonly (string | null | undefined)[]): unknown =>
  new AvroRows(relation(...fields.map(({ name }) => name)), { type: 'record', fields }).row(values(...texts), null);

const long = (logicalType: string): object => ({ type: 'long', logicalType });

describe('columns as fields of a contract', () => {
  it('are what the contract’s types take', () => {
    const fields = [
      { name: 'text', type: 'string' },
      { name: 'count', type: ['null', 'long'] },
      { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 } },
      { name: 'is_open', type: 'boolean' },
      { name: 'bytes', type: 'bytes' },
      { name: 'day', type: { type: 'int', logicalType: 'date' } },
      { name: 'micros', type: long('timestamp-micros') },
      { name: 'millis', type: long('timestamp-millis') },
      { name: 'local', type: ['null', long('local-timestamp-micros')] },
      { name: 'nothing', type: ['null', 'string'] },
    ] as readonly SchemaField[];
    const texts = ['a', '42', '-12.50', 't', '\\x00ff', '2020-02-29'] as const;
    const times = ['2020-02-29 12:00:00.5+00', '2020-02-29 12:00:00.125+00', '2020-02-29 12:00:00', null] as const;
    expect(rowOf(fields, ...texts, ...times)).toEqual({
      text: 'a',
      count: 42,
      amount: '-12.50',
      is_open: true,
      bytes: Buffer.from([0, 255]),
      day: '2020-02-29',
      micros: '2020-02-29T12:00:00.5Z',
      millis: new Date('2020-02-29T12:00:00.125Z'),
      local: '2020-02-29T12:00:00',
      nothing: null,
    });
  });

  it('take an unchanged large value from the old row, or say that it is unavailable', () => {
    const record = { type: 'record', fields: [{ name: 'note', type: 'string' }] } as const;
    const rows = new AvroRows(relation('note'), record);
    expect(rows.row(values(undefined), values('old'))).toEqual({ note: 'old' });
    expect(rows.row(values(undefined), null)).toEqual({ note: '__debezium_unavailable_value' });
  });

  it('are left out without a field, and fields without a column need a default', () => {
    const record = { type: 'record', fields: [{ name: 'a', type: 'string' }] } as const;
    expect(new AvroRows(relation('a', 'b'), record).row(values('1', '2'), null)).toEqual({ a: '1' });
    const withDefault = { type: 'record', fields: [{ name: 'c', type: ['null', 'string'], default: null }] } as const;
    expect(new AvroRows(relation('a'), withDefault).row(values('1'), null)).toEqual({});
    const lacking = { type: 'record', fields: [{ name: 'c', type: 'string' }] } as const;
    expect(() => new AvroRows(relation('a'), lacking)).toThrow(
      'table public.t does not fit its contract: the contract’s field c has neither a column nor a default'.replace(
        '’',
        "'",
      ),
    );
  });

  it('refuse what the contract cannot hold', () => {
    expect(() => rowOf([{ name: 'a', type: 'string' }], null)).toThrow('column a is NULL');
    expect(() => rowOf([{ name: 'a', type: { type: 'map' } }], 'x')).toThrow('which no column can fill');
  });
});
