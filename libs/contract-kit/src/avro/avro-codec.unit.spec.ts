import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defineEvent, type EventContract } from '../index.ts';
import { leaves, schemaAndValue } from '../../fixtures/avro-value.arbitrary.ts';

const contractOf = (schema: object | string): EventContract =>
  defineEvent({ name: 'Root', schema: typeof schema === 'string' ? schema : JSON.stringify(schema) });
const holding = (type: unknown, more: object = {}): EventContract =>
  contractOf({ type: 'record', name: 'Root', fields: [{ name: 'it', type, ...more }] });
/** Reads with one schema what was written with another, both of one field. */
const reread = (writer: unknown, value: unknown, reader: unknown): unknown =>
  (holding(reader).decoderFor(holding(writer).schema)(holding(writer).encode({ it: value })) as { it: unknown }).it;

let names = 0;
const everyLeaf = leaves(() => `Named${(names += 1)}`);

describe('values of the contracts', () => {
  it.each(Object.entries(everyLeaf))('come back as they were written: %s', (_, { node, values }) => {
    const contract = holding(node);
    // Another text of the same schema, so that the way through a resolver is taken, too.
    const resolve = contract.decoderFor(` ${contract.schema}`);
    fc.assert(
      fc.property(values, (it) => {
        const body = contract.encode({ it });
        expect(contract.decode(body)).toEqual({ it });
        expect(resolve(body)).toEqual({ it });
      }),
    );
  });

  it('come back as they were written, whatever the schema', () => {
    fc.assert(
      fc.property(schemaAndValue, ({ schema, value }) => {
        const contract = contractOf(schema);
        const body = contract.encode(value);
        expect(contract.decode(body)).toEqual(value);
        expect(contract.decoderFor(` ${schema}`)(body)).toEqual(value);
      }),
      { numRuns: 100 },
    );
  });

  it('come back from between others in one buffer, and never with bytes of the next', () => {
    fc.assert(
      fc.property(schemaAndValue, fc.uint8Array({ maxLength: 9 }), ({ schema, value }, around) => {
        const contract = contractOf(schema);
        const body = contract.encode(value);
        const source = Buffer.concat([around, body, body, around]);
        const start = around.length;
        const end = start + body.length;
        for (const decode of [contract.decoderFor(schema), contract.decoderFor(` ${schema}`)]) {
          expect(decode(source, start, end)).toEqual(value);
          if (body.length === 0) continue;
          for (const wrongEnd of [end - 1, end + 1])
            expect(() => decode(source, start, wrongEnd)).toThrow(
              expect.objectContaining({ code: 'EVENT_UNREADABLE' }),
            );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('come back from a type that holds itself', () => {
    const leaf = { type: 'record', name: 'Leaf', fields: [{ name: 'at', type: 'int' }] };
    const tree = contractOf({
      type: 'record',
      name: 'Root',
      fields: [
        { name: 'left', type: ['null', 'Root', leaf] },
        { name: 'others', type: { type: 'array', items: 'Root' } },
      ],
    });
    const value = {
      left: { type: 'Root', left: { type: 'Leaf', at: 3 }, others: [] },
      others: [{ left: null, others: [] }],
    };
    expect(tree.decode(tree.encode(value))).toEqual(value);
  });

  it.each([
    [
      'a decimal with too many digits after the point',
      everyLeaf['decimal']!.node,
      '1.23456',
      /4 after it, got "1\.23456"/,
    ],
    ['a decimal with too many digits', everyLeaf['wholeDecimal']!.node, '1234567890', /at most 9 digits/],
    ['a decimal that is none', everyLeaf['decimal']!.node, '1e5', /a decimal text/],
    ['a decimal as a number', everyLeaf['decimal']!.node, 1.5, /a decimal text/],
    ['a day that there is not', { type: 'int', logicalType: 'date' }, '2018-02-30', /a day that exists/],
    ['a time past midnight', { type: 'int', logicalType: 'time-millis' }, '24:00:00.000', /a time of day/],
    ['digits beyond the unit', { type: 'int', logicalType: 'time-millis' }, '12:00:00.0001', /at most 3 digits/],
    ['a moment without a zone', { type: 'long', logicalType: 'timestamp-micros' }, '2018-03-12T18:44:15.123', /Z/],
    [
      'a local time with a zone',
      { type: 'long', logicalType: 'local-timestamp-millis' },
      '2018-03-12T18:44:15Z',
      /a day/,
    ],
    ['a UUID that is none', { type: 'string', logicalType: 'uuid' }, 'urn:uuid:1', /a UUID/],
    ['a negative duration', everyLeaf['duration']!.node, { months: -1, days: 0, milliseconds: 0 }, /months, days/],
    ['a union without its tag', ['string', 'long'], 5, /it must be \{ type: 'string' \} or \{ type: 'long' \}, got 5/],
    ['an unknown branch', ['null', 'string', 'long'], { type: 'int', value: 5 }, /or null, got/],
    [
      'a wrong value inside of a branch',
      ['string', 'long'],
      { type: 'long', value: 'x' },
      /it must be "long", got "x"/,
    ],
  ])('are refused with what they must be: %s', (_, node, it, message) => {
    expect(() => holding(node).encode({ it })).toThrow(expect.objectContaining({ code: 'EVENT_INVALID' }));
    expect(() => holding(node).encode({ it })).toThrow(message);
  });

  it('take fewer digits, and zeros that change nothing', () => {
    const decimal = holding(everyLeaf['decimal']!.node);
    expect(['7', '-0', '007.5', '1.500000'].map((it) => decimal.decode(decimal.encode({ it })))).toEqual(
      ['7.0000', '0.0000', '7.5000', '1.5000'].map((it) => ({ it })),
    );
    const time = holding({ type: 'long', logicalType: 'time-micros' });
    expect(time.decode(time.encode({ it: '09:30:00' }))).toEqual({ it: '09:30:00.000000' });
  });

  it('take the defaults of logical types and unions from the schema', () => {
    const money = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
    const older = contractOf({ type: 'record', name: 'Root', fields: [] });
    const newer = contractOf({
      type: 'record',
      name: 'Root',
      fields: [
        { name: 'fee', type: money, default: '\u0001\u00f4' },
        { name: 'since', type: { type: 'int', logicalType: 'date' }, default: 1 },
        { name: 'seenAt', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
        { name: 'amount', type: ['long', 'string'], default: 7 },
      ],
    });
    const expected = { fee: '5.00', since: '1970-01-02', seenAt: null, amount: { type: 'long', value: 7 } };
    expect(newer.decoderFor(older.schema)(older.encode({}))).toEqual(expected);
    expect(newer.decode(newer.encode({}))).toEqual(expected);
  });
});

describe('a reader', () => {
  const decimal = (scale: number): object => ({ type: 'bytes', logicalType: 'decimal', precision: 12, scale });

  it.each([
    ['milliseconds as microseconds', 'timestamp-millis', 'timestamp-micros'],
    ['a moment as a local time', 'timestamp-micros', 'local-timestamp-micros'],
    ['a time of day as a moment', 'time-micros', 'timestamp-micros'],
  ])('does not read %s', (_, written, read) => {
    const reader = holding({ type: 'long', logicalType: read });
    const writer = holding({ type: 'long', logicalType: written }).schema;
    expect(() => reader.decoderFor(writer)).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_UNREADABLE',
        message: expect.stringContaining(`${written} was written, ${read} is read`),
      }),
    );
  });

  it('does not read hundredths as thousandths', () => {
    expect(() => holding(decimal(3)).decoderFor(holding(decimal(2)).schema)).toThrow(
      /a decimal of scale 2 was written, of scale 3 is read/,
    );
    expect(reread(decimal(2), '12.50', { ...decimal(2), precision: 20 })).toBe('12.50');
  });

  it('reads a field that was given its logical type later, or lost it', () => {
    expect(reread('long', 1_500_000_000_000, { type: 'long', logicalType: 'timestamp-millis' })).toEqual(
      new Date(1_500_000_000_000),
    );
    expect(reread('int', 5, { type: 'long', logicalType: 'timestamp-micros' })).toBe('1970-01-01T00:00:00.000005Z');
    expect(reread({ type: 'int', logicalType: 'date' }, '1970-01-03', 'int')).toBe(2);
    expect(reread({ type: 'string', logicalType: 'uuid' }, 'a0000000-0000-0000-0000-000000000000', 'string')).toBe(
      'a0000000-0000-0000-0000-000000000000',
    );
  });

  it('reads a wider union by the branch of the same name, a value by its union, and a union by its value', () => {
    expect(reread('long', 5, ['null', 'double', 'long'])).toEqual({ type: 'long', value: 5 });
    expect(reread('int', 5, ['null', 'string', 'double'])).toEqual({ type: 'double', value: 5 });
    expect(reread(['null', 'string'], 'x', ['null', 'string', 'long'])).toEqual({ type: 'string', value: 'x' });
    expect(reread(['null', 'string'], null, ['string', 'null', 'long'])).toBeNull();
    expect(reread(['int', 'long'], { type: 'int', value: 5 }, 'long')).toBe(5);
    expect(reread('long', 5, ['null', { type: 'long', logicalType: 'timestamp-millis' }])).toEqual(new Date(5));
  });

  it('reads a renamed field and a renamed record by their aliases', () => {
    const record = { type: 'record', namespace: 'test' };
    const older = contractOf({ ...record, name: 'Older', fields: [{ name: 'who', type: 'string' }] });
    const newer = contractOf({
      ...record,
      name: 'Newer',
      aliases: ['Older'],
      fields: [{ name: 'userId', aliases: ['who'], type: 'string' }],
    });
    expect(newer.names).toEqual(['test.Newer', 'test.Older']);
    expect(newer.decoderFor(older.schema)(older.encode({ who: 'u1' }))).toEqual({ userId: 'u1' });
  });

  it('says when bytes hold no value of the logical type', () => {
    const body = holding('long').encode({ it: 86_400_000_000 });
    expect(() => holding({ type: 'long', logicalType: 'time-micros' }).decode(body)).toThrow(
      expect.objectContaining({ code: 'EVENT_UNREADABLE', message: expect.stringContaining('no time of a day') }),
    );
    const empty = holding('bytes').encode({ it: Buffer.alloc(0) });
    expect(() => holding(decimal(2)).decode(empty)).toThrow(/a decimal of no bytes/);
  });
});

describe('a schema', () => {
  it.each([
    [
      'an unknown logical type',
      { type: 'long', logicalType: 'timestamp-milis' },
      /timestamp-milis has no form here; known are/,
    ],
    ['a logical type on the wrong type', { type: 'int', logicalType: 'timestamp-millis' }, /is of type long, not int/],
    ['a decimal without precision', { type: 'bytes', logicalType: 'decimal' }, /needs a precision/],
    [
      'a scale beyond the precision',
      { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 },
      /from 0 to its/,
    ],
    [
      'a fixed that is too small',
      { type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 5 },
      /2 bytes/,
    ],
    ['a duration of another size', { type: 'fixed', name: 'F', size: 8, logicalType: 'duration' }, /12 bytes/],
  ])('is refused: %s', (_, node, message) => {
    expect(() => holding(node).encode({ it: null })).toThrow(message);
  });
});
