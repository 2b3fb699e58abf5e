/**
 * Expressions that choose records, such as
 *
 *     value.liked == true && (key startsWith "p-" || header["message-id"] in ["a", "b"])
 *
 *     expression  and ("||" and)*
 *     and         not ("&&" not)*
 *     not         "!" not | comparison
 *     comparison  operand [("==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "startsWith" | "endsWith" | "in") operand]
 *     operand     "(" expression ")" | literal | list | path
 *     path        ("key" | "value" | "header" | "partition" | "offset" | "timestamp" | "size") ("." name | "[" text or number "]")*
 *
 * Literals are JSON's, texts also in single quotes. What is not there is null, and `!= null` asks whether it is. Numbers that came as
 * text compare as numbers with numbers. Nothing is ever run but the few operators above: no functions, no patterns, no assignments;
 * the length of the text and the depth of its brackets are bounded, so that evaluating takes a time that is bounded, too.
 */
import { FilterSyntaxError, tokensOf, type Token } from './filter-tokens.ts';

/** What an expression sees of a record. */
export interface FilterSubject {
  readonly key: unknown;
  readonly value: unknown;
  /** The last text of each header. */
  readonly header: Readonly<Record<string, string>>;
  readonly partition: number;
  readonly offset: number;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly size: number;
}

/** Whether a record is meant. */
export type FilterPredicate = (subject: FilterSubject) => boolean;

type Evaluate = (subject: FilterSubject) => unknown;

const LONGEST_EXPRESSION = 2000;
const DEEPEST_NESTING = 50;
const ROOTS: ReadonlySet<string> = new Set(['key', 'value', 'header', 'partition', 'offset', 'timestamp', 'size']);

/** @throws {FilterSyntaxError} that says where it is wrong */
export function parseFilter(text: string): FilterPredicate {
  if (text.length > LONGEST_EXPRESSION)
    throw new FilterSyntaxError(`it has ${text.length} characters, ${LONGEST_EXPRESSION} at most`, LONGEST_EXPRESSION);
  const evaluate = new Parser(tokensOf(text), text.length).parse();
  return (subject) => isTrue(evaluate(subject));
}

class Parser {
  private next = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly end: number,
  ) {}

  parse(): Evaluate {
    const evaluate = this.either();
    const rest = this.tokens[this.next];
    if (rest !== undefined) throw new FilterSyntaxError(`"${rest.text}" is not expected here`, rest.at);
    return evaluate;
  }

  private either(): Evaluate {
    let left = this.both();
    while (this.took('||')) {
      const [one, other] = [left, this.both()];
      left = (subject) => isTrue(one(subject)) || isTrue(other(subject));
    }
    return left;
  }

  private both(): Evaluate {
    let left = this.negated();
    while (this.took('&&')) {
      const [one, other] = [left, this.negated()];
      left = (subject) => isTrue(one(subject)) && isTrue(other(subject));
    }
    return left;
  }

  private negated(): Evaluate {
    if (!this.took('!')) return this.comparison();
    const operand = this.nested(() => this.negated());
    return (subject) => !isTrue(operand(subject));
  }

  private comparison(): Evaluate {
    const left = this.operand();
    const operator = this.tokens[this.next];
    const compare = operator === undefined || operator.kind === 'text' ? undefined : COMPARISONS.get(operator.text);
    if (compare === undefined) return left;
    this.next += 1;
    const right = this.operand();
    return (subject) => compare(left(subject), right(subject));
  }

  private operand(): Evaluate {
    const token = this.take('a name, a text, a number or "("');
    if (token.kind === 'text' || token.kind === 'number') return () => token.value;
    if (token.text === '(') {
      const inner = this.nested(() => this.either());
      this.expect(')');
      return inner;
    }
    if (token.text === '[') return this.list();
    if (token.kind !== 'name') throw new FilterSyntaxError(`"${token.text}" is not expected here`, token.at);
    if (LITERALS.has(token.text)) return () => LITERALS.get(token.text);
    if (!ROOTS.has(token.text)) throw new FilterSyntaxError(this.unknownName(token.text), token.at);
    return this.path(token.text as keyof FilterSubject);
  }

  private unknownName(name: string): string {
    return `"${name}" is unknown: begin with ${[...ROOTS].join(', ')}, and put texts into quotes`;
  }

  private list(): Evaluate {
    const items: Evaluate[] = [];
    if (this.took(']')) return () => [];
    do items.push(this.nested(() => this.operand()));
    while (this.took(','));
    this.expect(']');
    return (subject) => items.map((item) => item(subject));
  }

  private path(root: keyof FilterSubject): Evaluate {
    const steps: string[] = [];
    for (;;) {
      if (this.took('.')) steps.push(this.take('a name', 'name').text);
      else if (this.took('[')) {
        const step = this.take('a text or a number');
        if (step.kind !== 'text' && step.kind !== 'number')
          throw new FilterSyntaxError(`a text or a number is expected, not "${step.text}"`, step.at);
        steps.push(String(step.value));
        this.expect(']');
      } else break;
    }
    return (subject) => steps.reduce<unknown>(member, subject[root]);
  }

  /** Brackets and negations lie within each other only so deep. */
  private nested(parse: () => Evaluate): Evaluate {
    this.depth += 1;
    if (this.depth > DEEPEST_NESTING) throw new FilterSyntaxError('it is nested too deeply', this.place);
    const evaluate = parse();
    this.depth -= 1;
    return evaluate;
  }

  private took(text: string): boolean {
    const token = this.tokens[this.next];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.next += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.took(text)) throw new FilterSyntaxError(`"${text}" is expected`, this.place);
  }

  private take(wanted: string, kind?: Token['kind']): Token {
    const token = this.tokens[this.next];
    if (token === undefined || (kind !== undefined && token.kind !== kind))
      throw new FilterSyntaxError(`${wanted} is expected`, this.place);
    this.next += 1;
    return token;
  }

  private get place(): number {
    return this.tokens[this.next]?.at ?? this.end;
  }
}

const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const isTrue = (value: unknown): boolean => value !== null && value !== false;

/** Own members only: nothing of what every object has. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  return (value as Readonly<Record<string, unknown>>)[name] ?? null;
}

/** Below, equal or above; null when the two cannot be compared. */
function order(left: unknown, right: unknown): number | null {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  const [one, other] = [numberOf(left), numberOf(right)];
  return one === null || other === null ? null : one - other;
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?\d+(\.\d+)?$/.test(value)) return null;
  return Number(value);
}

function areEqual(left: unknown, right: unknown): boolean {
  if (typeof left === 'object' || typeof right === 'object') return JSON.stringify(left) === JSON.stringify(right);
  return left === right || order(left, right) === 0;
}

function holds(whole: unknown, part: unknown): boolean {
  if (typeof whole === 'string') return whole.includes(textOf(part));
  return Array.isArray(whole) && whole.some((item) => areEqual(item, part));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const COMPARISONS: ReadonlyMap<string, (left: unknown, right: unknown) => boolean> = new Map([
  ['==', areEqual],
  ['!=', (left, right) => !areEqual(left, right)],
  ['<', (left, right) => (order(left, right) ?? 0) < 0],
  ['<=', (left, right) => (order(left, right) ?? 1) <= 0],
  ['>', (left, right) => (order(left, right) ?? 0) > 0],
  ['>=', (left, right) => (order(left, right) ?? -1) >= 0],
  ['contains', holds],
  ['startsWith', (left, right) => typeof left === 'string' && left.startsWith(textOf(right))],
  ['endsWith', (left, right) => typeof left === 'string' && left.endsWith(textOf(right))],
  ['in', (left, right) => holds(right, left)],
]);
