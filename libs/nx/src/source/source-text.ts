/**
 * A TypeScript source as text, with edits at the places where its syntax tree says that something is: imports, lists that are
 * properties of an object (`controllers: [ … ]`), elements of a call's object. The text around stays as it is; layout is
 * prettier's afterwards. Each edit of what is there already changes nothing.
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
    const options = this.call(source, holder).arguments[0] as ts.ObjectLiteralExpression;
    const tokens = propertyOf(options, 'inject');
    if (!tokens || !ts.isPropertyAssignment(tokens) || !ts.isArrayLiteralExpression(tokens.initializer))
      throw this.unlike(`'inject' of ${holder}`);
    if (tokens.initializer.elements.some((element) => element.getText(source) === token)) return this;
    const { parameters } = this.factory(source, holder);
    const last = parameters.at(-1);
    if (!last) throw this.unlike(`the factory of ${holder}`);
    const end = tokens.initializer.elements.end;
    this.splice(last.end, last.end, `, ${parameter}`);
    return this.splice(end, end, `, ${token}`);
  }

  has(text: string): boolean {
    return this.text.includes(text);
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
    const { elements } = present.initializer;
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

  private call(source: ts.SourceFile, name: string): ts.CallExpression {
    const call = find(
      source,
      (node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText(source) === name,
    );
    if (call?.arguments[0] && ts.isObjectLiteralExpression(call.arguments[0])) return call;
    throw this.unlike(`${name}({ … })`);
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

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? unwrapped(node.expression) : node;
}

function find<Found extends ts.Node>(node: ts.Node, isIt: (node: ts.Node) => node is Found): Found | undefined {
  if (isIt(node)) return node;
  return ts.forEachChild(node, (child) => find(child, isIt));
}
