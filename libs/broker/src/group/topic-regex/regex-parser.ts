/**
 * Reads a regular expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax): without look-around and back-references,
 * which cannot be matched in linear time.
 */
import { escapedCodePoint, readClass, readEscapedClass } from './class-parser.ts';
import { ignoringCase } from './character-classes.ts';
import { RegexCursor } from './regex-cursor.ts';
import { RegexSyntaxError, type Assertion, type CharacterTest, type RegexNode } from './regex-node.ts';

interface Flags {
  readonly ignoreCase: boolean;
  /** `.` matches a line feed, too. */
  readonly dotAll: boolean;
}

const mostRepeats = 1000;
/** A group in a group in a group: deeper is refused, so that no expression exhausts the stack. */
const deepestGroups = 500;
const lineFeed = 10;

const assertions: ReadonlyMap<string, Assertion> = new Map([
  ['A', 'begin'],
  ['z', 'end'],
  ['b', 'wordBoundary'],
  ['B', 'noWordBoundary'],
]);

/** @throws RegexSyntaxError with RE2's words. */
export function parseRegex(expression: string): RegexNode {
  const parser = new RegexParser(new RegexCursor(expression));
  return parser.parse();
}

class RegexParser {
  readonly #cursor: RegexCursor;
  readonly #names = new Set<string>();
  #flags: Flags = { ignoreCase: false, dotAll: false };
  #depth = 0;

  constructor(cursor: RegexCursor) {
    this.#cursor = cursor;
  }

  parse(): RegexNode {
    const node = this.#choice();
    // A closing parenthesis without an opening one.
    if (!this.#cursor.isAtEnd) throw new RegexSyntaxError('regexp/syntax: internal error');
    return node;
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()];
    while (this.#cursor.take('|')) nodes.push(this.#sequence());
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes };
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    let isRepeated = false;
    while (!this.#cursor.isAtEnd && !this.#cursor.isAt('|') && !this.#cursor.isAt(')')) {
      const repeat = this.#repeat();
      if (repeat === undefined) {
        this.#element(nodes);
        isRepeated = false;
        continue;
      }
      const node = nodes.pop();
      if (node === undefined) throw new RegexSyntaxError('missing argument to repetition operator');
      if (isRepeated) throw new RegexSyntaxError('invalid nested repetition operator');
      const [least, most] = repeat;
      nodes.push({ kind: 'repeat', node, least, most });
      isRepeated = true;
    }
    return nodes.length === 1 ? nodes[0]! : { kind: 'sequence', nodes };
  }

  /** The operator that the cursor is at, if it is at one; whether it is greedy does not matter for a whole match. */
  #repeat(): readonly [least: number, most: number] | undefined {
    const cursor = this.#cursor;
    let range: readonly [number, number] | undefined;
    if (cursor.take('*')) range = [0, Infinity];
    else if (cursor.take('+')) range = [1, Infinity];
    else if (cursor.take('?')) range = [0, 1];
    else range = this.#counts();
    if (range !== undefined) cursor.take('?');
    return range;
  }

  /** `{n}`, `{n,}`, `{n,m}`; anything else in braces stands for itself. */
  #counts(): readonly [number, number] | undefined {
    const match = this.#cursor.takeMatch(/\{(\d+)(,(\d*))?\}/y);
    if (match === undefined) return undefined;
    const [, first = '', comma, second = ''] = match;
    const least = Number(first);
    const most = comma === undefined ? least : second === '' ? Infinity : Number(second);
    const isValid = least <= mostRepeats && (most === Infinity || (most <= mostRepeats && most >= least));
    if (!isValid) throw new RegexSyntaxError('invalid repeat count');
    return [least, most];
  }

  #element(nodes: RegexNode[]): void {
    const cursor = this.#cursor;
    if (cursor.isAt('(')) this.#group(nodes);
    else if (cursor.isAt('[')) nodes.push(this.#character(readClass(cursor)));
    else if (cursor.isAt('\\')) this.#escape(nodes);
    else if (cursor.take('.')) nodes.push({ kind: 'character', test: this.#anyCharacter() });
    // Names of topics have one line, so that these are the ends of the text in any mode.
    else if (cursor.take('^')) nodes.push({ kind: 'assertion', assertion: 'begin' });
    else if (cursor.take('$')) nodes.push({ kind: 'assertion', assertion: 'end' });
    else nodes.push(this.#literal(cursor.next()));
  }

  #anyCharacter(): CharacterTest {
    return this.#flags.dotAll ? (): boolean => true : (codePoint): boolean => codePoint !== lineFeed;
  }

  #literal(codePoint: number): RegexNode {
    return this.#character((other) => other === codePoint);
  }

  #character(test: CharacterTest): RegexNode {
    return { kind: 'character', test: this.#flags.ignoreCase ? ignoringCase(test) : test };
  }

  #escape(nodes: RegexNode[]): void {
    const cursor = this.#cursor;
    if (cursor.take('\\Q')) {
      for (const codePoint of cursor.takeUntil('\\E')) nodes.push(this.#literal(codePoint));
      return;
    }
    const assertion = assertions.get(cursor.characterAfter);
    if (assertion !== undefined) {
      cursor.skip(2);
      nodes.push({ kind: 'assertion', assertion });
      return;
    }
    const test = readEscapedClass(cursor);
    nodes.push(test === undefined ? this.#literal(escapedCodePoint(cursor)) : this.#character(test));
  }

  #group(nodes: RegexNode[]): void {
    const cursor = this.#cursor;
    const before = this.#flags;
    cursor.take('(');
    if (cursor.isAt('?') && this.#groupHead() === 'flags') return;
    if (++this.#depth > deepestGroups) throw new RegexSyntaxError('expression nests too deeply');
    nodes.push(this.#choice());
    this.#depth--;
    if (!cursor.take(')')) throw new RegexSyntaxError('missing closing )');
    this.#flags = before;
  }

  /** What stands between `(?` and the group's content: a name or flags; or flags alone, which hold until the group around ends. */
  #groupHead(): 'content' | 'flags' {
    const cursor = this.#cursor;
    const name = cursor.takeMatch(/\?P?<([^>]*)>/y)?.[1];
    if (name !== undefined) {
      if (!/^\w+$/.test(name)) throw new RegexSyntaxError('invalid named capture');
      if (this.#names.has(name)) throw new RegexSyntaxError('duplicate capture group name');
      this.#names.add(name);
      return 'content';
    }
    if (cursor.isAt('?P<') || cursor.isAt('?<')) throw new RegexSyntaxError('invalid named capture');
    const match = cursor.takeMatch(/\?([imsU]*)(?:-([imsU]+))?([:)])/y);
    if (match === undefined) throw new RegexSyntaxError('invalid or unsupported Perl syntax');
    const [, on = '', off = '', end] = match;
    this.#flags = {
      ignoreCase: (this.#flags.ignoreCase || on.includes('i')) && !off.includes('i'),
      dotAll: (this.#flags.dotAll || on.includes('s')) && !off.includes('s'),
    };
    return end === ':' ? 'content' : 'flags';
  }
}
