import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFilter, type FilterSubject } from './filter-expression.ts';
import { FilterSyntaxError } from './filter-tokens.ts';

const subject: FilterSubject = {
  key: 'p-17',
  value: {
    liked: true,
    amount: '12.50',
    count: 7,
    title: 'Taxi to Queens',
    tags: ['night', 'rain'],
    legs: [{ km: 3 }],
    'odd name': 1,
    none: null,
  },
  header: { 'message-id': 'a', traceparent: '00-x' },
  partition: 2,
  offset: 40,
  timestamp: '2018-03-12T17:00:00.000Z',
  size: 120,
};
const chooses = (text: string): boolean => parseFilter(text)(subject);

describe('a filter expression', () => {
  it.each([
    'value.liked == true && (key startsWith "p-" || header["message-id"] == "b")',
    'header["message-id"] in ["a", "b"]',
    "value.title contains 'Queens'",
    'value.tags contains "rain"',
    'value.legs[0].km >= 3',
    'value["odd name"] == 1',
    'value.amount > 12 && value.amount < 13',
    'value.count != 8',
    'value.none == null && value.missing == null && value.title.missing == null',
    'value.liked',
    '!value.none && !(offset > 40)',
    'timestamp >= "2018-03-12" && timestamp < "2018-03-13"',
    'partition == 2 && size > 100 && key endsWith "17"',
    'value.title contains "\\"" || true',
    'value.legs == [1] || value.tags == ["night", "rain"]',
  ])('%s holds', (text) => expect(chooses(text)).toBe(true));

  it.each([
    'value.liked == false',
    'value.title > 3',
    'value.missing',
    'key == null',
    'value.constructor != null',
    'value.__proto__ != null',
    'value.tags.length != null && false',
    'key in []',
  ])('%s does not hold', (text) => expect(chooses(text)).toBe(false));

  it.each([
    ['', 'character 1: a name, a text, a number or "(" is expected'],
    ['value.', 'character 7: a name is expected'],
    ['title == 1', 'character 1: "title" is unknown'],
    ['value = 1', 'character 7: compare with "=="'],
    ['key == "x', 'character 8: this text has no end'],
    ['(key == 1', 'character 10: ")" is expected'],
    ['key == 1 key', 'character 10: "key" is not expected here'],
    ['value[key]', 'character 7: a text or a number is expected, not "key"'],
    ['key()', 'character 4: "(" is not expected here'],
    ['('.repeat(60), 'nested too deeply'],
    ['!'.repeat(60), 'nested too deeply'],
    [`key == "${'x'.repeat(2000)}"`, '2000 at most'],
  ])('%# tells where it is wrong: %s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(FilterSyntaxError);
    expect(() => parseFilter(text)).toThrow(message);
  });

  it('is a predicate or a syntax error, whatever is written', () => {
    const words = [
      'key',
      'value',
      '.',
      'a',
      '[',
      ']',
      '"x"',
      '1',
      '==',
      '&&',
      '||',
      '!',
      '(',
      ')',
      'in',
      'contains',
      ',',
    ];
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (written) => {
        try {
          expect(typeof parseFilter(written)(subject)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError);
        }
      }),
    );
  });
});
