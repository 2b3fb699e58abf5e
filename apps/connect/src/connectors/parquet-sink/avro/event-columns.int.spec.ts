/** Every type of Avro, through DuckDB into Parquet, and out of it by another reader. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBInstance as Instance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineEvent } from '@headwater/contracts';
import type { RecordCursor } from '@headwater/messaging';
import { rowsOfFile, type LakeRow } from '../../../../fixtures/lake-rows.ts';
import { RowBatch } from '../row-batch.ts';
import { EventFormat } from '../row-format.ts';

let folder: string;
let instance: Instance;
let connections: { filling: DuckDBConnection; writing: DuckDBConnection };
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-columns-'));
  instance = await DuckDBInstance.create(':memory:');
  connections = { filling: await instance.connect(), writing: await instance.connect() };
});
afterAll(() => {
  connections.filling.closeSync();
  connections.writing.closeSync();
  instance.closeSync();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A record as the log's reader shows it. */
function recordOf(offset: number, body: Buffer, timestampMs = 0): RecordCursor {
  const source = Buffer.concat([Buffer.alloc(5), body]);
  return {
    offset,
    timestampMs,
    source,
    keyStart: -1,
    keyEnd: -1,
    valueStart: 0,
    valueEnd: source.length,
    next: () => false,
    headers: () => ({}),
  };
}

interface Written {
  readonly schema: object;
  readonly values: readonly unknown[];
}

let files = 0;

/** Writes events of one schema after the other into one file, and reads it back. */
async function writeAndRead(
  events: readonly Written[],
  dateField?: string,
): Promise<{ rows: LakeRow[]; days: string[] }> {
  const batch = new RowBatch('events', connections);
  let offset = 0;
  for (const [index, { schema, values }] of events.entries()) {
    const { name } = schema as { name: string };
    const contract = defineEvent({ name, schema: JSON.stringify(schema) });
    await batch.learn(EventFormat.of(index + 1, contract.schema, dateField));
    for (const value of values) batch.addEvent(0, recordOf(offset++, contract.encode(value)), index + 1, 5);
  }
  batch.finish();
  const span = { first: 0, last: offset };
  const days = await batch.days(0, span);
  const rows: LakeRow[] = [];
  for (const { day } of days) {
    const file = path.join(folder, `${++files}.parquet`);
    await batch.write(0, span, day, file);
    rows.push(...(await rowsOfFile(file)));
  }
  await batch.drop();
  return { rows, days: days.map(({ date }) => date) };
}

const record = (...fields: object[]): object => ({ type: 'record', name: 'Event', namespace: 'test', fields });
const field = (name: string, type: unknown): object => ({ name, type });

describe('an event as columns of Parquet', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['boolean', 'boolean', true, true],
    ['int', 'int', -(2 ** 31), -(2 ** 31)],
    ['long', 'long', Number.MIN_SAFE_INTEGER, BigInt(Number.MIN_SAFE_INTEGER)],
    ['float', 'float', 1.5, 1.5],
    ['double', 'double', Math.PI, Math.PI],
    ['string', 'string', 'früh\u0000 am 🌅', 'früh\u0000 am 🌅'],
    ['bytes', 'bytes', Buffer.from([0xff, 0x00]), new Uint8Array([0xff, 0x00])],
    ['fixed', { type: 'fixed', name: 'F', size: 3 }, Buffer.from([1, 2, 0xfe]), new Uint8Array([1, 2, 0xfe])],
    ['enum', { type: 'enum', name: 'E', symbols: ['low', 'high'] }, 'high', 'high'],
    ['decimal', { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 }, '-12345.67', -12345.67],
    [
      'wide decimal',
      { type: 'bytes', logicalType: 'decimal', precision: 60, scale: 1 },
      `${'9'.repeat(50)}.1`,
      `${'9'.repeat(50)}.1`,
    ],
    ['date', { type: 'int', logicalType: 'date' }, '2018-03-12', new Date('2018-03-12')],
    ['timestamp-millis', { type: 'long', logicalType: 'timestamp-millis' }, new Date(-1), new Date(-1)],
    [
      'timestamp-micros',
      { type: 'long', logicalType: 'timestamp-micros' },
      '2018-03-12T18:44:15.123000Z',
      new Date('2018-03-12T18:44:15.123Z'),
    ],
    [
      'local timestamp',
      { type: 'long', logicalType: 'local-timestamp-millis' },
      '2018-03-12T18:44:15.123',
      new Date('2018-03-12T18:44:15.123Z'),
    ],
    [
      'uuid',
      { type: 'string', logicalType: 'uuid' },
      '0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11',
      '0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11',
    ],
    [
      'duration',
      { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' },
      { months: 1, days: 2, milliseconds: 4_294_967_295 },
      { months: 1, days: 2, milliseconds: 4_294_967_295 },
    ],
    ['array', { type: 'array', items: ['null', 'int'] }, [1, null, 3], [1, null, 3]],
    ['map', { type: 'map', values: 'int' }, { one: 1, two: 2 }, { one: 1, two: 2 }],
    [
      'nested record',
      { type: 'record', name: 'R', fields: [field('a', 'string'), field('b', { type: 'array', items: 'long' })] },
      { a: 'x', b: [1, 2] },
      { a: 'x', b: [1n, 2n] },
    ],
    ['union with null', ['null', 'string'], null, null],
    ['union with null, given', ['null', 'string'], 'x', 'x'],
    [
      'union of several',
      ['null', 'string', 'long'],
      { type: 'long', value: 5 },
      { type: 'long', string: null, long: 5n },
    ],
    [
      'union of records',
      [
        { type: 'record', name: 'Card', fields: [field('number', 'string')] },
        { type: 'record', name: 'Cash', fields: [field('currency', 'string')] },
      ],
      { type: 'Cash', currency: 'GBP' },
      { type: 'Cash', Cash: { currency: 'GBP' } },
    ],
  ])('keeps %s', async (_, type, value, expected) => {
    const { rows } = await writeAndRead([{ schema: record(field('it', type)), values: [{ it: value }] }]);
    expect(rows[0]!['it']).toEqual(expected);
  });

  it('keeps a type that holds itself as JSON', async () => {
    const tree = { type: 'record', name: 'Tree', fields: [field('size', 'long'), field('left', ['null', 'Tree'])] };
    const value = { it: { size: 1, left: { size: 2, left: { size: 3, left: null } } } };
    const { rows } = await writeAndRead([{ schema: record(field('it', tree)), values: [value] }]);
    const it = rows[0]!['it'] as { size: bigint; left: string };
    expect(it.size).toBe(1n);
    expect(JSON.parse(it.left)).toEqual({ size: 2, left: { size: 3, left: null } });
  });

  it('keeps longs that no number holds', () => {
    const format = EventFormat.of(1, JSON.stringify(record(field('it', 'long'))), undefined);
    // -2^63, in zigzag.
    const lowest = Buffer.from('ffffffffffffffffff01', 'hex');
    const values = [[]] as never[][];
    format.read(lowest, 0, lowest.length, values);
    expect(values).toEqual([[-(2n ** 63n)]]);
  });

  it('puts rows of several schemas together: by name, in the wider type, as text where they have nothing in common', async () => {
    const inner = (...fields: object[]): object => ({ type: 'record', name: 'Inner', fields });
    const { rows } = await writeAndRead([
      {
        schema: record(field('id', 'int'), field('it', inner(field('a', 'int'))), field('odd', 'int')),
        values: [{ id: 1, it: { a: 1 }, odd: 7 }],
      },
      {
        schema: record(
          field('id', 'long'),
          field('more', ['null', 'string']),
          field('it', inner(field('a', 'long'), field('b', 'string'))),
          field('odd', { type: 'array', items: 'string' }),
        ),
        values: [{ id: 2, more: 'x', it: { a: 2, b: 'y' }, odd: ['z'] }],
      },
    ]);
    expect(rows).toEqual([
      expect.objectContaining({ _offset: 0n, _schema_id: 1, id: 1n, more: null, it: { a: 1n, b: null }, odd: '7' }),
      expect.objectContaining({ _offset: 1n, _schema_id: 2, id: 2n, more: 'x', it: { a: 2n, b: 'y' }, odd: '[z]' }),
    ]);
  });

  it('gives way where a field is called like a column of the record, or like another but for its case', async () => {
    const { rows } = await writeAndRead([
      {
        schema: record(
          field('date', 'string'),
          field('_offset', 'int'),
          field('userId', 'int'),
          field('userid', 'int'),
        ),
        values: [{ date: 'today', _offset: 9, userId: 1, userid: 2 }],
      },
    ]);
    expect(rows[0]).toMatchObject({ date_: 'today', _offset_: 9, _offset: 0n, userId: 1, userid_: 2 });
  });

  it('keeps a row under the day of a field, and under that of its record where the field has none', async () => {
    const at = { type: 'long', logicalType: 'timestamp-millis' };
    const { days } = await writeAndRead(
      [
        {
          schema: record(field('at', ['null', at])),
          values: [{ at: new Date('2020-02-29T23:59:59.999Z') }, { at: new Date(-1) }, { at: null }],
        },
      ],
      'at',
    );
    expect(days).toEqual(['1969-12-31', '1970-01-01', '2020-02-29']);
  });

  it('adds nothing of a value that is not what its schema says', () => {
    const format = EventFormat.of(1, JSON.stringify(record(field('a', 'string'), field('b', 'long'))), undefined);
    const good = Buffer.from([2, 0x78, 4]);
    for (const body of [
      good.subarray(0, 2),
      Buffer.concat([good, Buffer.from([0])]),
      Buffer.from([9]),
      Buffer.alloc(0),
    ]) {
      const values = [['before'], [1n]] as never[][];
      expect(() => format.read(body, 0, body.length, values)).toThrow(/ends before|follow the last|a length/);
      expect(values).toEqual([['before'], [1n]]);
    }
  });
});
