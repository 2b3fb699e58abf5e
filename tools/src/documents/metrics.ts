/**
 * Every metric that the platform exports, from where it is made: a call of `.counter(…)`, `.gauge(…)` or `.histogram(…)` with a name, a
 * help text and labels. What is no literal there is followed to the literals that it comes from: a constant, the arguments that a helper
 * of the same file is called with, or the rows of a table that a loop goes through.
 */
import ts from 'typescript';
import { nodesBelow, placeOf, type Source } from './sources.ts';

export interface MetricDeclaration {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** `libs/messaging`: the project that makes it. */
  readonly project: string;
}

type Value = string | readonly string[];
/** What names stand for at one place. */
type Names = ReadonlyMap<string, Value>;

const kinds: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram']);

/** @throws Error naming the place of a metric whose name cannot be read from the sources */
export function metricsOf(sources: readonly Source[]): MetricDeclaration[] {
  const measuring = sources.filter(({ text }) => /counter|gauge|histogram/i.test(text));
  const constants = new Map(measuring.map((source) => [source.tree, constantsOf(source.tree)]));
  const shared = new Map([...constants.values()].flatMap((own) => [...own]));
  const found = measuring.flatMap(({ tree, project }) => {
    const reader = new MetricReader(new Map([...shared, ...constants.get(tree)!]));
    return [...nodesBelow(tree)].flatMap((node) => reader.metricsAt(node)).map((metric) => ({ ...metric, project }));
  });
  const byName = new Map(found.map((metric) => [metric.name, metric]));
  return [...byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Constants of a file by their names. */
function constantsOf(tree: ts.SourceFile): Map<string, ts.Expression> {
  const constants = new Map<string, ts.Expression>();
  for (const node of nodesBelow(tree))
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      constants.set(node.name.text, node.initializer);
  return constants;
}

class MetricReader {
  readonly #constants: ReadonlyMap<string, ts.Expression>;

  constructor(constants: ReadonlyMap<string, ts.Expression>) {
    this.#constants = constants;
  }

  metricsAt(node: ts.Node): Omit<MetricDeclaration, 'project'>[] {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
    const kind = node.expression.name.text;
    const [configuration] = node.arguments;
    if (!kinds.has(kind) || !configuration || !ts.isObjectLiteralExpression(configuration)) return [];
    const [name, help, labels] = ['name', 'help', 'labelNames'].map((key) => propertyOf(configuration, key));
    if (!name || !help) return [];
    return this.#namings(node, [name, help, ...(labels ? [labels] : [])]).map((names) => ({
      name: this.#text(name, names),
      kind: kind as MetricDeclaration['kind'],
      help: this.#text(help, names),
      labels: labels ? asList(this.#valueOf(labels, names)) : [],
    }));
  }

  /** What the names in some expressions may stand for: one entry for each metric that is made there. */
  #namings(call: ts.Node, expressions: readonly ts.Expression[]): Names[] {
    const used = new Set(expressions.flatMap(identifiersIn));
    for (let at = call.parent; !ts.isSourceFile(at); at = at.parent) {
      const patterns = boundBy(at);
      if (!patterns.some((pattern) => namesIn(pattern).some((name) => used.has(name)))) continue;
      const rows = this.#rowsFor(at);
      if (rows.length > 0) return rows.map((row) => bind(patterns, row));
    }
    return [new Map()];
  }

  /** What a loop or a function is given, time after time. */
  #rowsFor(binder: ts.Node): (Value | undefined)[][] {
    const table = ts.isForOfStatement(binder) ? binder.expression : tableOf(binder);
    if (table) return this.#tableRows(table);
    const helper = nameOfFunction(binder);
    return [...nodesBelow(binder.getSourceFile())]
      .filter((node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText() === helper)
      .map((node) => node.arguments.map((argument) => this.#valueOf(argument, new Map())));
  }

  #tableRows(table: ts.Expression): (Value | undefined)[][] {
    const rows = ts.isIdentifier(table) ? this.#constants.get(table.text) : table;
    if (!rows || !ts.isArrayLiteralExpression(withoutAssertion(rows))) return [];
    return (withoutAssertion(rows) as ts.ArrayLiteralExpression).elements.map((row) => {
      const cells = withoutAssertion(row);
      if (!ts.isArrayLiteralExpression(cells)) return [];
      return cells.elements.map((cell) => this.#valueOf(cell, new Map()));
    });
  }

  #text(expression: ts.Expression, names: Names): string {
    const value = this.#valueOf(expression, names);
    if (typeof value === 'string') return value;
    throw new Error(
      `${placeOf(expression)}: ${expression.getText()} cannot be read from the sources: give it as a literal, or as an argument of a helper of the same file`,
    );
  }

  #valueOf(expression: ts.Expression, names: Names): Value | undefined {
    if (ts.isStringLiteralLike(expression)) return expression.text;
    if (ts.isIdentifier(expression)) {
      const constant = this.#constants.get(expression.text);
      return names.get(expression.text) ?? (constant ? this.#valueOf(constant, names) : undefined);
    }
    if (ts.isTemplateExpression(expression))
      return expression.templateSpans.reduce(
        (text, span) => `${text}${this.#text(span.expression, names)}${span.literal.text}`,
        expression.head.text,
      );
    if (ts.isArrayLiteralExpression(expression))
      return expression.elements.flatMap((element) =>
        asList(this.#valueOf(ts.isSpreadElement(element) ? element.expression : element, names)),
      );
    return ts.isAsExpression(expression) ? this.#valueOf(expression.expression, names) : undefined;
  }
}

const asList = (value: Value | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const withoutAssertion = (node: ts.Expression): ts.Expression => (ts.isAsExpression(node) ? node.expression : node);

function propertyOf(object: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  for (const property of object.properties) {
    if (property.name?.getText() !== key) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

const identifiersIn = (expression: ts.Expression): string[] =>
  [expression, ...nodesBelow(expression)].filter(ts.isIdentifier).map(({ text }) => text);

type Pattern = ts.ParameterDeclaration | ts.BindingElement;

/** What a loop or a function binds, in the order in which it is given: a row that is taken apart counts by its cells. */
function boundBy(node: ts.Node): readonly Pattern[] {
  if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer))
    return cellsOf(node.initializer.declarations[0]?.name);
  if (!ts.isFunctionLike(node)) return [];
  const [first] = node.parameters;
  return tableOf(node) ? cellsOf(first?.name) : [...node.parameters];
}

const cellsOf = (name: ts.BindingName | undefined): readonly Pattern[] =>
  name && ts.isArrayBindingPattern(name) ? name.elements.filter(ts.isBindingElement) : [];

const namesIn = (pattern: Pattern): string[] => (ts.isIdentifier(pattern.name) ? [pattern.name.text] : []);

function bind(patterns: readonly Pattern[], row: readonly (Value | undefined)[]): Names {
  const names = new Map<string, Value>();
  patterns.forEach((pattern, at) => {
    const value = pattern.dotDotDotToken ? row.slice(at).flatMap(asList) : row[at];
    if (ts.isIdentifier(pattern.name) && value !== undefined) names.set(pattern.name.text, value);
  });
  return names;
}

/** The table whose rows a function is called with: `table.map(([name, help]) => …)`. */
function tableOf(node: ts.Node): ts.Expression | undefined {
  if (!ts.isArrowFunction(node) || !ts.isCallExpression(node.parent)) return undefined;
  const { expression } = node.parent;
  const isLoop =
    ts.isPropertyAccessExpression(expression) && ['map', 'forEach', 'flatMap'].includes(expression.name.text);
  return isLoop ? expression.expression : undefined;
}

/** What a call of a function of this file looks like: `counter`, `this.measure`. */
function nameOfFunction(node: ts.Node): string | undefined {
  if (ts.isArrowFunction(node) && ts.isVariableDeclaration(node.parent)) return node.parent.name.getText();
  if (ts.isFunctionDeclaration(node)) return node.name?.getText();
  return ts.isMethodDeclaration(node) ? `this.${node.name.getText()}` : undefined;
}
