import { describe, expect, it } from '@jest/globals';
import { parseEvents, pluralOf, verbOf, wordOf } from './index.ts';

describe('names', () => {
  it('are the same in every form', () => {
    for (const form of ['order-item', 'order_item', 'orderItem', 'OrderItem'])
      expect(wordOf(form, 'a name')).toEqual({
        kebab: 'order-item',
        snake: 'order_item',
        camel: 'orderItem',
        pascal: 'OrderItem',
        text: 'order item',
      });
  });

  it('are refused when no language takes them', () => {
    for (const name of ['', '9lives', 'a b!', '-a', 'a--b', 'a'.repeat(61)])
      expect(() => wordOf(name, 'a name')).toThrow('cannot be');
  });

  it('have a plural', () => {
    const plurals = ['order', 'category', 'box', 'day'].map((name) => pluralOf(wordOf(name, 'a name')).kebab);
    expect(plurals).toEqual(['orders', 'categories', 'boxes', 'days']);
  });
});

it.each([
  ['placed', 'place'],
  ['paid', 'pay'],
  ['shipped', 'ship'],
  ['created', 'create'],
  ['added', 'add'],
  ['cancelled', 'cancel'],
  ['closed', 'close'],
  ['passed', 'pass'],
  ['issued', 'issue'],
  ['opened', 'open'],
  ['applied', 'apply'],
  ['filled', 'fill'],
  ['completed', 'complete'],
  ['requested', 'request'],
  ['low', 'low'],
])('the verb of %s is %s', (participle, verb) => {
  expect(verbOf(participle)).toBe(verb);
});

describe('events', () => {
  it('say what they happen to, what is asked for, and what they carry', () => {
    const { aggregate, events } = parseEvents('order_placed(customerId:id, total:amount),order_paid');
    expect(aggregate.text).toBe('order');
    expect(
      events.map(({ word, command, fields }) => [word.pascal, command.text, fields.map(({ name }) => name)]),
    ).toEqual([
      ['OrderPlaced', 'place', ['customerId', 'total']],
      ['OrderPaid', 'pay', []],
    ]);
  });

  it('of one thing share all that stands before what happened', () => {
    expect(parseEvents('order_item_added,order_item_removed').aggregate.kebab).toBe('order-item');
  });

  it.each([
    ['order_placed(eventId:id)', 'has a field eventId already'],
    ['order_placed(a:id a:int)', 'The field a is named twice'],
    ['order_placed,order_placed', 'order_placed is named twice'],
    ['order_placed(', 'is no event'],
    ['', 'No event is named'],
  ])('are refused: %s', (text, message) => {
    expect(() => parseEvents(text)).toThrow(message);
  });
});
