/** The classes of characters that have names in RE2's syntax. */
import { RegexSyntaxError, type CharacterTest } from './regex-node.ts';

const digit = rangeTest('09');
const word = rangeTest('09AZ__az');
const space = rangeTest('\t\n\f\r  ');

/** By the letter behind the backslash. */
export const perlClasses: ReadonlyMap<string, CharacterTest> = new Map([
  ['d', digit],
  ['D', not(digit)],
  ['s', space],
  ['S', not(space)],
  ['w', word],
  ['W', not(word)],
]);

/** By the name within `[:` and `:]`. */
export const posixClasses: ReadonlyMap<string, CharacterTest> = new Map([
  ['alnum', rangeTest('09AZaz')],
  ['alpha', rangeTest('AZaz')],
  ['ascii', rangeTest('\x00\x7f')],
  ['blank', rangeTest('\t\t  ')],
  ['cntrl', rangeTest('\x00\x1f\x7f\x7f')],
  ['digit', digit],
  ['graph', rangeTest('!~')],
  ['lower', rangeTest('az')],
  ['print', rangeTest(' ~')],
  ['punct', rangeTest('!/:@[`{~')],
  ['space', rangeTest('\t\r  ')],
  ['upper', rangeTest('AZ')],
  ['word', word],
  ['xdigit', rangeTest('09AFaf')],
]);

export const isWord: CharacterTest = word;

export function not(test: CharacterTest): CharacterTest {
  return (codePoint) => !test(codePoint);
}

/** A Unicode category or script. @throws RegexSyntaxError for a name that is neither. */
export function unicodeClass(name: string): CharacterTest {
  if (name === 'Any') return () => true;
  for (const property of [`General_Category=${name}`, `Script=${name}`]) {
    const expression = compiled(property);
    if (expression !== undefined) return (codePoint) => expression.test(String.fromCodePoint(codePoint));
  }
  throw new RegexSyntaxError('invalid character class range');
}

/** The same, whatever the case of letters. */
export function ignoringCase(test: CharacterTest): CharacterTest {
  return (codePoint) => {
    if (test(codePoint)) return true;
    const text = String.fromCodePoint(codePoint);
    return test(text.toLowerCase().codePointAt(0)!) || test(text.toUpperCase().codePointAt(0)!);
  };
}

function compiled(property: string): RegExp | undefined {
  if (!/^\w+=\w+$/.test(property)) return undefined;
  try {
    return new RegExp(`\\p{${property}}`, 'u');
  } catch {
    return undefined;
  }
}

/** Pairs of the first and the last character of a range. */
function rangeTest(pairs: string): CharacterTest {
  const bounds = Array.from(pairs, (character) => character.codePointAt(0)!);
  return (codePoint) => {
    for (let index = 0; index < bounds.length; index += 2)
      if (codePoint >= bounds[index]! && codePoint <= bounds[index + 1]!) return true;
    return false;
  };
}
