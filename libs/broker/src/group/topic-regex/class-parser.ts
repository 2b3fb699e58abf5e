/** Reads classes of characters: `[a-z]`, `\d`, `[:alpha:]`, `\pL`, and single characters behind a backslash. */
import { not, perlClasses, posixClasses, unicodeClass } from './character-classes.ts';
import type { RegexCursor } from './regex-cursor.ts';
import { RegexSyntaxError, type CharacterTest } from './regex-node.ts';

const largestCodePoint = 0x10ffff;

const controlCharacters: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['t', 9],
  ['n', 10],
  ['r', 13],
  ['v', 11],
]);

/** A class in brackets; the cursor is at the opening one. */
export function readClass(cursor: RegexCursor): CharacterTest {
  cursor.take('[');
  const isNegated = cursor.take('^');
  const tests: CharacterTest[] = [];
  for (let isFirst = true; isFirst || !cursor.isAt(']'); isFirst = false) {
    if (cursor.isAtEnd) throw new RegexSyntaxError('missing closing ]');
    tests.push(readClassElement(cursor));
  }
  cursor.take(']');
  const any: CharacterTest = (codePoint) => tests.some((test) => test(codePoint));
  return isNegated ? not(any) : any;
}

function readClassElement(cursor: RegexCursor): CharacterTest {
  const posix = cursor.takeMatch(/\[:(\^?)(.*?):\]/y);
  if (posix !== undefined) {
    const test = posixClasses.get(posix[2]!);
    if (test === undefined) throw new RegexSyntaxError('invalid character class range');
    return posix[1] === '^' ? not(test) : test;
  }
  const escaped = readEscapedClass(cursor);
  if (escaped !== undefined) return escaped;
  const first = classCodePoint(cursor);
  const isRange = cursor.isAt('-') && cursor.characterAfter !== ']' && cursor.characterAfter !== '';
  if (!isRange) return (codePoint) => codePoint === first;
  cursor.take('-');
  const last = classCodePoint(cursor);
  if (last < first) throw new RegexSyntaxError('invalid character class range');
  return (codePoint) => codePoint >= first && codePoint <= last;
}

function classCodePoint(cursor: RegexCursor): number {
  if (cursor.isAtEnd) throw new RegexSyntaxError('missing closing ]');
  return cursor.isAt('\\') ? escapedCodePoint(cursor) : cursor.next();
}

/** A class that a backslash names, if the cursor is at one. */
export function readEscapedClass(cursor: RegexCursor): CharacterTest | undefined {
  if (!cursor.isAt('\\')) return undefined;
  const perl = perlClasses.get(cursor.characterAfter);
  if (perl !== undefined) {
    cursor.skip(2);
    return perl;
  }
  if (!cursor.isAt('\\p') && !cursor.isAt('\\P')) return undefined;
  const match = cursor.takeMatch(/\\([pP])(?:\{(\^?)([^}]*)\}|([^{]))/uy);
  if (match === undefined) throw new RegexSyntaxError('invalid character class range');
  const [, letter, caret, name, short] = match;
  const test = unicodeClass(name ?? short ?? '');
  const isNegated = (letter === 'P') !== (caret === '^');
  return isNegated ? not(test) : test;
}

/** A single character behind a backslash; the cursor is at the backslash. */
export function escapedCodePoint(cursor: RegexCursor): number {
  cursor.take('\\');
  if (cursor.isAtEnd) throw new RegexSyntaxError('trailing backslash at end of expression');
  const octal = cursor.takeMatch(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y);
  if (octal !== undefined) return Number.parseInt(octal[0], 8);
  const hexadecimal = cursor.takeMatch(/x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})/y);
  if (hexadecimal !== undefined) {
    const codePoint = Number.parseInt(hexadecimal[1] ?? hexadecimal[2]!, 16);
    if (codePoint <= largestCodePoint) return codePoint;
    throw new RegexSyntaxError('invalid escape sequence');
  }
  const codePoint = cursor.next();
  const character = String.fromCodePoint(codePoint);
  const control = controlCharacters.get(character);
  if (control !== undefined) return control;
  if (!/[A-Za-z0-9]/.test(character)) return codePoint;
  throw new RegexSyntaxError('invalid escape sequence');
}
