/**
 * A TypeScript source as text, with edits at the places where its syntax tree says that something is: imports, lists that are
 * properties of an object (`controllers: [ … ]`), elements of a call's object. The text around stays as it is; layout is
 * prettier's afterwards. Each edit of what is there already changes nothing, and what is added can be taken away again.
 */
import ts from 'typescript';
import { GeneratorError } from '../error/index.ts';

/** The object that holds a list: `@Module({ … })`, or what a factory of `MessagingModule.forRootAsync({ … })` returns. */
export type Holder =
  'Module' | 'MessagingModule.forRootAsync' | 'StreamsModule.forRootAsync' | 'service' | (string & {});

export class SourceText {
  constructor(
    readonly file: string,
    private text: string,
  ) {}

  toString(): string {
    return this.text;
  }

  /** Imports names (`topics`, `type Decimal`) from a module, beside those that are. */
  import(module: string, ...names: readonly string[]): this {
    const source = this.parse();
    const imports = source.statements.filter(ts.isImportDeclaration);
    const same = imports.find(
      (each) =>
        moduleOf(each) === module &&
        each.importClause?.namedBindings !== undefined &&
        ts.isNamedImports(each.importClause.namedBindings),
    );
    const present = same ? (same.importClause!.namedBindings as ts.NamedImports).elements : undefined;
    const isTypeOnly = same?.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    const known = new Set(present?.map(({ name }) => name.text));
    const missing = names.filter((name) => !known.has(name.replace(/^type /, '')));
    if (missing.length === 0) return this;
    if (same && !isTypeOnly) {
      const all = [...present!.map((element) => element.getText(source)), ...missing].sort(byName);
      return this.splice(same.getStart(source), same.end, importText(module, all));
    }
    const statement = importText(module, [...missing].sort(byName));
    const next = imports.find((each) => groupOf(moduleOf(each)) === groupOf(module) && moduleOf(each) > module);
    if (next) return this.splice(next.getStart(source), next.getStart(source), `${statement}\n`);
    const near = imports.findLast((each) => groupOf(moduleOf(each)) === groupOf(module));
    const before = near ?? imports.findLast((each) => module.startsWith('.') || !moduleOf(each).startsWith('.'));
    return before ? this.splice(before.end, before.end, `\n${statement}`) : this.splice(0, 0, `${statement}\n`);
  }

  /**
   * Adds elements to a list that is a property of a holder; the property is made when it is missing.
   *
   * @throws GeneratorError when the holder is not found, or the property is no list
   */
  addTo(holder: Holder, property: string, ...elements: readonly string[]): this {
    for (const element of elements) this.addElement(holder, property, element);
    return this;
  }

  /** The same, before all others. */
  addFirst(holder: Holder, property: string, element: string): this {
    const source = this.parse();
    const present = propertyOf(this.holder(source, holder), property);
    if (!present || !ts.isPropertyAssignment(present) || !ts.isArrayLiteralExpression(present.initializer))
      throw this.unlike(`'${property}' of ${holder}`);
    const at = present.initializer.getStart(source) + 1;
    return this.splice(at, at, `${element}, `);
  }

  /** Adds a shorthand property to a holder, under a comment. */
  addProperty(holder: Holder, property: string, comment: string): this {
    const source = this.parse();
    const object = this.holder(source, holder);
    if (propertyOf(object, property)) return this;
    return this.insertProperty(source, object, `\n// ${comment}\n${property}`);
  }

  /** Injects a value into the factory of a dynamic module: its token into `inject`, its parameter behind the others. */
  addInjection(holder: Holder, token: string, parameter: string): this {
    const source = this.parse();
    const tokens = this.tokens(source, holder);
    if (tokens.some((element) => element.getText(source) === token)) return this;
    const { parameters } = this.factory(source, holder);
    const last = parameters.at(-1);
    if (!last) throw this.unlike(`the factory of ${holder}`);
    this.splice(last.end, last.end, `, ${parameter}`);
    return this.splice(tokens.end, tokens.end, `, ${token}`);
  }

  /** Adds an element to the list that a call is given first: `topicSetup.ensure([ … ])`. */
  addToArgument(callee: string, element: string): this {
    const source = this.parse();
    const list = this.argument(source, callee);
    if (!list) throw this.unlike(`${callee}([ … ])`);
    this.addToList(source, list, element);
    return this;
  }

  /**
   * Takes away each element of a list that names one of these (`OrderList`, `topics.orders`), the property that holds a list when that
   * is empty then, and imports that nothing names afterwards.
   */
  drop(names: readonly string[]): this {
    const sought = new Set(names);
    for (;;) {
      const source = this.parse();
      const element = findAll(source, (node) => isNamed(node) && sought.has(node.getText(source)))
        .map(elementAround)
        .find((found) => found !== undefined);
      if (!element) return this.dropUnusedImports();
      const { elements, parent } = element.parent as ts.ArrayLiteralExpression;
      if (elements.length > 1 || !ts.isPropertyAssignment(parent)) this.cutFrom(elements, element);
      else this.cutFrom(parent.parent.properties, parent);
    }
  }

  /** Takes away what `addToArgument` has added. */
  dropFromArgument(callee: string, element: string): this {
    const source = this.parse();
    const elements = this.argument(source, callee)?.elements;
    const present = elements?.find((each) => each.getText(source) === element);
    return elements && present ? this.cutFrom(elements, present) : this;
  }

  /** Takes an element out of one list of a holder, where `drop` looks through all lists. */
  dropFrom(holder: Holder, property: string, element: string): this {
    const source = this.parse();
    const list = propertyOf(this.holder(source, holder), property);
    if (!list || !ts.isPropertyAssignment(list) || !ts.isArrayLiteralExpression(list.initializer))
      throw this.unlike(`'${property}' of ${holder}`);
    const { elements } = list.initializer;
    const present = elements.find((each) => each.getText(source) === element);
    return present ? this.cutFrom(elements, present) : this;
  }

  /** Takes away a property of a holder, with the comment over it. */
  dropProperty(holder: Holder, property: string): this {
    const { properties } = this.holder(this.parse(), holder);
    const present = properties.find((each) => each.name !== undefined && textOf(each.name) === property);
    return present ? this.cutFrom(properties, present) : this;
  }

  /** Takes away what `addInjection` has added. */
  dropInjection(holder: Holder, token: string, parameter: string): this {
    const source = this.parse();
    const { parameters } = this.factory(source, holder);
    const present = parameters.find((each) => textOf(each.name) === parameter);
    const tokens = this.tokens(source, holder);
    const injected = tokens.find((element) => element.getText(source) === token);
    // The factory stands behind its tokens.
    if (present) this.cutFrom(parameters, present);
    if (injected) this.cutFrom(tokens, injected);
    return this.dropUnusedImports();
  }

  /** The names that are imported from the files of a folder: `./order-list/`. */
  namesFrom(folder: string): string[] {
    return importsOf(this.parse()).flatMap(({ from, names }) =>
      from.startsWith(folder) ? names.map(({ name }) => name.text) : [],
    );
  }

  has(text: string): boolean {
    return this.text.includes(text);
  }

  private dropUnusedImports(): this {
    for (;;) {
      const source = this.parse();
      const used = new Set(
        findAll(source, ts.isIdentifier)
          .filter(({ parent }) => !ts.isImportSpecifier(parent))
          .map(({ text }) => text),
      );
      const unused = importsOf(source)
        .flatMap(({ names }) => names)
        .find(({ name }) => !used.has(name.text));
      if (!unused) return this;
      const { elements, parent } = unused.parent;
      if (elements.length > 1) this.cutFrom(elements, unused);
      else this.splice(parent.parent.getStart(source), parent.parent.end + 1, '');
    }
  }

  /** Cuts one node out of several that commas separate. */
  private cutFrom(nodes: ts.NodeArray<ts.Node>, node: ts.Node): this {
    if (nodes.length === 1) return this.splice(nodes.pos, nodes.end, '');
    const index = nodes.indexOf(node);
    const next = nodes[index + 1];
    if (next) return this.splice(node.getFullStart(), next.getFullStart(), '');
    return this.splice(nodes[index - 1]!.end, node.end, '');
  }

  private addElement(holder: Holder, property: string, element: string): void {
    const source = this.parse();
    const object = this.holder(source, holder);
    const present = propertyOf(object, property);
    if (!present) {
      // Nest's modules are read from what they import to what they provide.
      const first = property === 'controllers' ? propertyOf(object, 'providers') : undefined;
      if (first) this.splice(first.getStart(source), first.getStart(source), `${property}: [${element}],\n`);
      else this.insertProperty(source, object, `${property}: [${element}]`);
      return;
    }
    if (!ts.isPropertyAssignment(present) || !ts.isArrayLiteralExpression(present.initializer))
      throw this.unlike(`'${property}' of ${holder}`);
    this.addToList(source, present.initializer, element);
  }

  private addToList(source: ts.SourceFile, { elements }: ts.ArrayLiteralExpression, element: string): void {
    const squeezed = (text: string): string => text.replaceAll(/[\s,]/g, '');
    if (elements.some((each) => squeezed(each.getText(source)) === squeezed(element))) return;
    this.splice(
      elements.end,
      elements.end,
      elements.length === 0 || elements.hasTrailingComma ? element : `, ${element}`,
    );
  }

  private insertProperty(source: ts.SourceFile, object: ts.ObjectLiteralExpression, text: string): this {
    const { properties } = object;
    const end = properties.at(-1)?.end ?? object.getStart(source) + 1;
    return this.splice(end, end, properties.length === 0 ? text : `, ${text}`);
  }

  /** The object literal that is meant by a holder. */
  private holder(source: ts.SourceFile, holder: Holder): ts.ObjectLiteralExpression {
    if (holder === 'service') {
      const declaration = find(
        source,
        (node): node is ts.VariableDeclaration =>
          ts.isVariableDeclaration(node) && node.name.getText(source) === 'service',
      );
      if (declaration?.initializer && ts.isObjectLiteralExpression(declaration.initializer))
        return declaration.initializer;
      throw this.unlike(holder);
    }
    if (holder.endsWith('forRootAsync')) {
      const { body } = this.factory(source, holder);
      const returned = ts.isBlock(body) ? find(body, ts.isReturnStatement)?.expression : unwrapped(body);
      if (returned && ts.isObjectLiteralExpression(returned)) return returned;
      throw this.unlike(`the factory of ${holder}`);
    }
    const options = this.call(source, holder).arguments[0];
    if (options && ts.isObjectLiteralExpression(options)) return options;
    throw this.unlike(holder);
  }

  /** The list that a call is given first. */
  private argument(source: ts.SourceFile, callee: string): ts.ArrayLiteralExpression | undefined {
    const call = find(
      source,
      (node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText(source) === callee,
    );
    const list = call?.arguments[0];
    return list && ts.isArrayLiteralExpression(list) ? list : undefined;
  }

  private call(source: ts.SourceFile, name: string): ts.CallExpression {
    const call = find(
      source,
      (node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText(source) === name,
    );
    if (call?.arguments[0] && ts.isObjectLiteralExpression(call.arguments[0])) return call;
    throw this.unlike(`${name}({ … })`);
  }

  /** What is injected into the factory of a dynamic module. */
  private tokens(source: ts.SourceFile, holder: Holder): ts.NodeArray<ts.Expression> {
    const tokens = propertyOf(this.call(source, holder).arguments[0] as ts.ObjectLiteralExpression, 'inject');
    if (tokens && ts.isPropertyAssignment(tokens) && ts.isArrayLiteralExpression(tokens.initializer))
      return tokens.initializer.elements;
    throw this.unlike(`'inject' of ${holder}`);
  }

  private factory(source: ts.SourceFile, holder: Holder): ts.ArrowFunction {
    const options = this.call(source, holder).arguments[0] as ts.ObjectLiteralExpression;
    const factory = propertyOf(options, 'useFactory');
    if (factory && ts.isPropertyAssignment(factory) && ts.isArrowFunction(factory.initializer))
      return factory.initializer;
    throw this.unlike(`'useFactory' of ${holder}`);
  }

  private unlike(place: string): GeneratorError {
    return new GeneratorError(
      `${this.file}: ${place} is not where a generator finds it; bring it back into the form that was generated, or add to it by hand.`,
    );
  }

  private parse(): ts.SourceFile {
    return ts.createSourceFile(this.file, this.text, ts.ScriptTarget.Latest, true);
  }

  private splice(from: number, to: number, text: string): this {
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    return this;
  }
}

const byName = (one: string, other: string): number =>
  one.replace(/^type /, '').toLowerCase() < other.replace(/^type /, '').toLowerCase() ? -1 : 1;

const moduleOf = ({ moduleSpecifier }: Pick<ts.ImportDeclaration, 'moduleSpecifier'>): string =>
  (moduleSpecifier as ts.StringLiteral).text;

/** Imports stand together by the scope of their packages; those of the service's own files come last. */
const groupOf = (module: string): string => (module.startsWith('.') ? '.' : (/^@[^/]+/.exec(module)?.[0] ?? ''));

const importText = (module: string, names: readonly string[]): string =>
  `import { ${names.join(', ')} } from '${module}';`;

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined {
  return object.properties.find(
    (property) => property.name !== undefined && ts.isIdentifier(property.name) && property.name.text === name,
  );
}

/** The imports by name, in their order. */
function importsOf(source: ts.SourceFile): { readonly from: string; readonly names: readonly ts.ImportSpecifier[] }[] {
  return source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    const bindings = statement.importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings)
      ? [{ from: moduleOf(statement), names: [...bindings.elements] }]
      : [];
  });
}

const textOf = (node: ts.Node): string => node.getText();

const isNamed = (node: ts.Node): node is ts.Identifier | ts.PropertyAccessExpression =>
  ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);

/** The element of a list that a node is or lies in; what lies in a function is no part of a list around it. */
function elementAround(node: ts.Node): ts.Expression | undefined {
  for (let each = node; !ts.isFunctionLike(each) && !ts.isSourceFile(each); each = each.parent)
    if (ts.isArrayLiteralExpression(each.parent)) return each as ts.Expression;
  return undefined;
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? unwrapped(node.expression) : node;
}

function find<Found extends ts.Node>(node: ts.Node, isIt: (node: ts.Node) => node is Found): Found | undefined {
  if (isIt(node)) return node;
  return ts.forEachChild(node, (child) => find(child, isIt));
}

function findAll<Found extends ts.Node>(node: ts.Node, isIt: (node: ts.Node) => node is Found): Found[];
function findAll(node: ts.Node, isIt: (node: ts.Node) => boolean): ts.Node[];
function findAll(node: ts.Node, isIt: (node: ts.Node) => boolean): ts.Node[] {
  const found = isIt(node) ? [node] : [];
  ts.forEachChild(node, (child) => void found.push(...findAll(child, isIt)));
  return found;
}
