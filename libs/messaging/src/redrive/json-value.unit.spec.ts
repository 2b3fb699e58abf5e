import { describe, expect, it } from '@jest/globals';
import { fromJsonValue, toJsonValue } from './json-value.ts';

const time = { type: 'long', logicalType: 'timestamp-millis' };
const schema = JSON.stringify({
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'at', type: time },
    { name: 'paidAt', type: ['null', time] },
    { name: 'seal', type: 'bytes' },
    {
      name: 'lines',
      type: { type: 'array', items: { type: 'record', name: 'Line', fields: [{ name: 'at', type: time }] } },
    },
    { name: 'byName', type: { type: 'map', values: 'shop.Line' } },
    { name: 'choice', type: ['null', 'Line', time, 'string'] },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
  ],
});

describe('an event as JSON', () => {
  const date = new Date('2018-03-12T18:44:15.123Z');
  const event = {
    at: date,
    paidAt: null,
    seal: Buffer.from([0, 255]),
    lines: [{ at: date }],
    byName: { first: { at: date } },
    choice: { type: 'Line', at: date },
    price: '12.50',
  };

  it('comes back as it was', () => {
    const json = JSON.parse(JSON.stringify(toJsonValue(event))) as unknown;
    expect(json).toMatchObject({ at: '2018-03-12T18:44:15.123Z', seal: 'AP8=', price: '12.50' });
    expect(fromJsonValue(schema, json)).toEqual(event);
  });

  it('comes back by its branch of a union', () => {
    const other = { ...event, paidAt: date, choice: { type: 'timestamp-millis', value: date } };
    expect(fromJsonValue(schema, JSON.parse(JSON.stringify(toJsonValue(other))))).toEqual(other);
  });

  it('leaves what does not fit to the codec', () => {
    expect(fromJsonValue(schema, { at: 5, lines: 'none', choice: 'x' })).toEqual({ at: 5, lines: 'none', choice: 'x' });
    expect(fromJsonValue(schema, 'text')).toBe('text');
  });
});
