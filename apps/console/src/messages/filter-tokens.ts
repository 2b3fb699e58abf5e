/** The words of a filter expression. */

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign';
  /** As it is written. */
  readonly text: string;
  /** Of a text or a number. */
  readonly value: string | number | null;
  /** Characters before it. */
  readonly at: number;
}

/** Where an expression is wrong, and what about it. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';

  constructor(
    what: string,
    /** Characters before it. */
    readonly at: number,
  ) {
    super(`character ${at + 1}: ${what}`);
  }
}

const BLANK = /\s+/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const NAME = /[A-Za-z_][\w-]*/y;
const SIGN = /\|\||&&|==|!=|<=|>=|[<>!()[\],.]/y;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;

/** @throws {FilterSyntaxError} */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const token = tokenAt(match, at);
    if (token === undefined) throw new FilterSyntaxError(unreadable(text.charAt(at)), at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(match: (pattern: RegExp) => string | undefined, at: number): Token | undefined {
  const quoted = match(TEXT);
  if (quoted !== undefined) return { kind: 'text', text: quoted, value: unquoted(quoted), at };
  const number = match(NUMBER);
  if (number !== undefined) return { kind: 'number', text: number, value: Number(number), at };
  const name = match(NAME);
  if (name !== undefined) return { kind: 'name', text: name, value: null, at };
  const sign = match(SIGN);
  return sign === undefined ? undefined : { kind: 'sign', text: sign, value: null, at };
}

function unreadable(character: string): string {
  if (character === '"' || character === "'") return 'this text has no end';
  if (character === '=') return 'compare with "=="';
  return `"${character}" is not expected here`;
}

/** A backslash makes the character after it plain. */
function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}
