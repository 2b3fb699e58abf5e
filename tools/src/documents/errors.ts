/**
 * Every stable error code, from where the code names it:
 *
 * - problems of the REST APIs: `Problem.notFound('code', 'detail')` and `new Problem({ status, code, detail })`;
 * - codes of the libraries: a type `…ErrorCode` or `…FailureCode`, whose comments say when each is met, as a table over all or one by one;
 * - a class with one code: `readonly code = 'CODE'`;
 * - codes that are given where the error is made: `new DemoError('CODE', 'message')`, for classes that take any text as code.
 */
import ts from 'typescript';
import { commentAt, commentOf, nodesBelow, type Source } from './sources.ts';

export interface ProblemDeclaration {
  readonly code: string;
  readonly status: number;
  /** What it says; `…` stands for what differs from time to time. Empty where it is the cause that says it. */
  readonly detail: string;
  readonly project: string;
}

export interface CodeDeclaration {
  readonly code: string;
  readonly when: string;
  readonly retry: string;
}

/** The codes of one class. */
export interface ErrorDeclaration {
  readonly name: string;
  readonly project: string;
  readonly codes: readonly CodeDeclaration[];
}

const statuses: Readonly<Record<string, number>> = {
  badRequest: 400,
  notFound: 404,
  conflict: 409,
  preconditionFailed: 412,
  unprocessable: 422,
  unavailable: 503,
};

/** By code, each once for each project that answers it. */
export function problemsOf(sources: readonly Source[]): ProblemDeclaration[] {
  const found = new Map<string, ProblemDeclaration>();
  for (const { tree, project } of sources.filter(({ text }) => /\bProblem\b/.test(text)))
    for (const node of nodesBelow(tree)) {
      const problem = problemAt(node);
      const key = `${problem?.code} ${problem?.status} ${project}`;
      if (problem && !found.has(key)) found.set(key, { ...problem, project });
    }
  return [...found.values()].toSorted((one, other) => one.code.localeCompare(other.code) || one.status - other.status);
}

function problemAt(node: ts.Node): Omit<ProblemDeclaration, 'project'> | undefined {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const status = statuses[node.expression.name.text];
    const [code, detail] = node.arguments;
    if (node.expression.expression.getText() !== 'Problem' || !status || !code) return undefined;
    return ts.isStringLiteralLike(code) ? { code: code.text, status, detail: wordsOf(detail) } : undefined;
  }
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'Problem') return undefined;
  const [init] = node.arguments ?? [];
  if (!init || !ts.isObjectLiteralExpression(init)) return undefined;
  const [status, code, detail] = ['status', 'code', 'detail'].map((name) => valueOf(init, name));
  if (!status || !code || !ts.isNumericLiteral(status) || !ts.isStringLiteralLike(code)) return undefined;
  return { code: code.text, status: Number(status.text), detail: wordsOf(detail) };
}

function valueOf(object: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  const property = object.properties.find(({ name }) => name?.getText() === key);
  if (!property) return undefined;
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

/** The words of a message, with `…` for what is put in. */
function wordsOf(expression: ts.Expression | undefined): string {
  if (!expression) return '';
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isTemplateExpression(expression))
    return expression.templateSpans.reduce((text, { literal }) => `${text}…${literal.text}`, expression.head.text);
  if (ts.isIdentifier(expression)) return wordsOf(constantNamed(expression));
  if (ts.isBinaryExpression(expression)) return `${wordsOf(expression.left)}${wordsOf(expression.right)}`;
  if (ts.isConditionalExpression(expression))
    return [expression.whenTrue, expression.whenFalse].map(wordsOf).filter(Boolean).join(' / ');
  return '';
}

/** What a constant of an enclosing block holds. */
function constantNamed(identifier: ts.Identifier): ts.Expression | undefined {
  for (let block: ts.Node | undefined = identifier.parent; block; block = block.parent as ts.Node | undefined) {
    if (!ts.isBlock(block) && !ts.isSourceFile(block)) continue;
    const declarations = block.statements
      .filter(ts.isVariableStatement)
      .flatMap((one) => [...one.declarationList.declarations]);
    const found = declarations.find(({ name }) => name.getText() === identifier.text);
    if (found) return found.initializer;
  }
  return undefined;
}

/** By project and class. */
export function errorsOf(sources: readonly Source[]): ErrorDeclaration[] {
  const declaring = sources.filter(({ text }) => /class \w+ extends \w*Error|(Error|Failure)Code =/.test(text));
  const classes = declaring.flatMap(({ tree }) => tree.statements.filter(ts.isClassDeclaration));
  const takingAny = new Set(classes.filter(takesAnyCode).map(({ name }) => name!.text));
  const throwing = sources.filter(({ text }) => [...takingAny].some((name) => text.includes(`new ${name}(`)));
  const declared = [
    ...declaring.flatMap((source) => source.tree.statements.flatMap((statement) => declarationAt(statement, source))),
    ...throwing.flatMap((source) => thrownCodes(source, takingAny)),
  ];
  const merged = Map.groupBy(declared, ({ name, project }) => `${project} ${name}`);
  return [...merged.values()]
    .map((same) => ({ ...same[0]!, codes: mergedCodes(same.flatMap(({ codes }) => codes)) }))
    .toSorted((one, other) => `${one.project} ${one.name}`.localeCompare(`${other.project} ${other.name}`));
}

/** Each code once, with the words of the first place that has any. */
function mergedCodes(codes: readonly CodeDeclaration[]): CodeDeclaration[] {
  const byCode = Map.groupBy(codes, ({ code }) => code);
  return [...byCode.values()].map((same) => same.find(({ when }) => when !== '') ?? same[0]!);
}

function declarationAt(statement: ts.Statement, { tree, project }: Source): ErrorDeclaration[] {
  if (ts.isTypeAliasDeclaration(statement) && /(Error|Failure)Code$/.test(statement.name.text)) {
    const codes = codesOfType(statement, tree);
    const owner = tree.statements
      .filter(ts.isClassDeclaration)
      .find((one) => one.getText().includes(statement.name.text));
    const name = owner?.name?.text ?? statement.name.text.replace(/Code$/, '');
    return codes.length === 0 ? [] : [{ name, project, codes }];
  }
  if (!ts.isClassDeclaration(statement) || !statement.name) return [];
  const code = initializerOf(statement, 'code');
  if (!code || !ts.isStringLiteralLike(code)) return [];
  const retry = initializerOf(statement, 'retriable') ?? initializerOf(statement, 'canRetry');
  const when = firstParagraph(commentOf(statement));
  return [{ name: statement.name.text, project, codes: [{ code: code.text, when, retry: retryOf(retry?.getText()) }] }];
}

const retryOf = (retriable: string | undefined): string =>
  retriable === 'true' ? 'helps' : retriable === 'false' ? 'no' : '';

const initializerOf = (owner: ts.ClassDeclaration, name: string): ts.Expression | undefined =>
  owner.members.filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === name)?.initializer;

function codesOfType(type: ts.TypeAliasDeclaration, tree: ts.SourceFile): CodeDeclaration[] {
  const table = tableIn(commentOf(type));
  const members = ts.isUnionTypeNode(type.type) ? type.type.types : [type.type];
  const retriable = retriableIn(tree);
  return members.flatMap((member, at) => {
    if (!ts.isLiteralTypeNode(member) || !ts.isStringLiteral(member.literal)) return [];
    const code = member.literal.text;
    // The comment stands before the bar, which belongs to no member.
    const when = commentAt(tree.text, members[at - 1]?.getEnd() ?? type.type.getFullStart());
    const retry = retriable === undefined ? '' : retriable.has(code) ? 'helps' : 'no';
    return [table.get(code) ?? { code, when: firstParagraph(when), retry }];
  });
}

/** Rows of `| CODE | when | retry |` in a comment. */
function tableIn(comment: string): Map<string, CodeDeclaration> {
  const rows = comment.matchAll(/^\| ([\w-]+) \| (.+?) \| (.+?) \|$/gm);
  return new Map([...rows].map(([, code, when, retry]) => [code!, { code: code!, when: when!, retry: retry! }]));
}

/** Codes in the file's set of those that are worth another try. */
function retriableIn(tree: ts.SourceFile): ReadonlySet<string> | undefined {
  for (const node of nodesBelow(tree))
    if (ts.isVariableDeclaration(node) && /retriable/i.test(node.name.getText()) && node.initializer)
      return new Set([...nodesBelow(node.initializer)].filter(ts.isStringLiteral).map(({ text }) => text));
  return undefined;
}

function takesAnyCode(owner: ts.ClassDeclaration): boolean {
  const [code] = owner.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  return owner.name !== undefined && code?.name.getText() === 'code' && code.type?.getText() === 'string';
}

function thrownCodes({ tree, project }: Source, takingAny: ReadonlySet<string>): ErrorDeclaration[] {
  return [...nodesBelow(tree)].filter(ts.isNewExpression).flatMap((made) => {
    const name = made.expression.getText();
    const [code, message] = made.arguments ?? [];
    if (!takingAny.has(name) || !code || !ts.isStringLiteralLike(code)) return [];
    return [{ name, project, codes: [{ code: code.text, when: wordsOf(message), retry: '' }] }];
  });
}

const firstParagraph = (comment: string): string => (comment.split('\n\n')[0] ?? '').replaceAll('\n', ' ');

export interface RegistryErrorDeclaration {
  readonly code: number;
  readonly says: string;
}

/** Codes of the schema registry's REST API, which are Confluent's numbers. */
export function registryErrorsOf(sources: readonly Source[]): RegistryErrorDeclaration[] {
  const tree = sources.find(({ file }) => file === 'libs/schema-registry/src/registry-error.ts')?.tree;
  if (!tree) return [];
  const calls = [...nodesBelow(tree)].filter((node) => ts.isCallExpression(node) || ts.isNewExpression(node));
  return calls.flatMap((call) => {
    const given: readonly ts.Expression[] = call.arguments ?? [];
    const code = given.findLast(ts.isNumericLiteral);
    const says = given.map(wordsOf).find((words) => words !== '');
    const statement = ts.findAncestor(call, ts.isVariableStatement);
    return code ? [{ code: Number(code.text), says: says ?? (statement ? commentOf(statement) : '') }] : [];
  });
}
