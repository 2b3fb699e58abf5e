/**
 * The rules of tidiness that a compiler and a linter do not know. Each takes one source file and answers findings; a finding says
 * where, what, and what to write instead, so that nobody has to look a rule up.
 */
import ts from 'typescript';

export interface SourceText {
  /** Relative to the workspace root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

export const maximumFileLines = 500;
export const maximumFunctionLines = 70;

/** Names that say nothing of the concept that a file holds. */
const vagueFileNames = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'shared',
  'stuff',
  'functions',
  'lib',
]);

/** Abbreviations in declared names and the word to write instead. */
const abbreviations: Readonly<Record<string, string>> = {
  addr: 'address',
  buf: 'buffer',
  cb: 'callback',
  cfg: 'config',
  conn: 'connection',
  ctx: 'context',
  err: 'error',
  evt: 'event',
  idx: 'index',
  len: 'length',
  mgr: 'manager',
  msg: 'message',
  opts: 'options',
  pos: 'position',
  ptr: 'pointer',
  req: 'request',
  res: 'response',
  resp: 'response',
  srv: 'server',
  sz: 'size',
  tmp: 'temporary',
  ts: 'timestamp',
  val: 'value',
};

const units = 'Ms|Seconds|Minutes|Hours|Days|Bytes|Lines|Percent';

/** Files whose format, invariants or concurrency a reader must know before the first line of code. */
const headed = [
  /^libs\/broker\/src\/(storage|state-machine)\/(?!.*\.spec\.ts$)/,
  /^libs\/[^/]+\/src\/([^/]+\/)?index\.ts$/,
];

export function tidyFindings(source: SourceText): Finding[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ESNext, true);
  return [
    ...fileLength(source),
    ...fileName(source),
    ...missingHeader(source),
    ...unfinishedWords(source),
    ...functionLengths(source, file),
    ...declaredNames(source, file),
  ];
}

function fileLength({ path, text }: SourceText): Finding[] {
  const lines = text.split('\n').length - 1;
  if (lines <= maximumFileLines) return [];
  const message = `${lines} lines, ${maximumFileLines} at most: give a second concept a file of its own`;
  return [{ path, line: maximumFileLines + 1, message }];
}

function fileName({ path }: SourceText): Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.slice(0, name.indexOf('.'));
  if (vagueFileNames.has(stem))
    return [{ path, line: 1, message: `'${name}' names no concept: name the file after the one thing it holds` }];
  const isMigration = path.includes('/migrations/');
  if (!isMigration && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) {
    const kebab = stem
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .replace(/_/g, '-')
      .toLowerCase();
    return [{ path, line: 1, message: `'${name}' is not in kebab-case: '${kebab}${name.slice(stem.length)}'` }];
  }
  if (
    /\.(test|tests|specs)\.ts$/.test(name) ||
    (name.endsWith('.spec.ts') && !/\.(unit|int|e2e)\.spec\.ts$/.test(name))
  )
    return [
      {
        path,
        line: 1,
        message: `'${name}' does not say what it needs: '${stem}.unit.spec.ts', '.int.spec.ts' or '.e2e.spec.ts'`,
      },
    ];
  return [];
}

/** A comment at the top, or a doc comment at the first thing that the file declares. */
const headerPattern = /^\s*(#!.*\n)?(\/[*/]|((import|const)\b[^;]*;\s*)+\/\*\*)/;

function missingHeader({ path, text }: SourceText): Finding[] {
  if (!headed.some((pattern) => pattern.test(path)) || headerPattern.test(text)) return [];
  return [
    {
      path,
      line: 1,
      message: 'no header: open the file with a comment that states its purpose, format, invariants and concurrency',
    },
  ];
}

function unfinishedWords({ path, text }: SourceText): Finding[] {
  const pattern = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK', 'XX' + 'X'].join('|')})\\b`);
  return text.split('\n').flatMap((line, index) => {
    const word = pattern.exec(line)?.[1];
    return word
      ? [{ path, line: index + 1, message: `'${word}': finish it, or write an issue and take the line out` }]
      : [];
  });
}

function functionLengths({ path }: SourceText, file: ts.SourceFile): Finding[] {
  const findings: Finding[] = [];
  const isSpec = path.endsWith('.spec.ts');
  visit(file, (node) => {
    if (!isFunction(node) || !node.body || (isSpec && isSuite(node))) return;
    const first = lineOf(file, node.getStart(file));
    const lines = lineOf(file, node.end) - first + 1;
    if (lines <= maximumFunctionLines) return;
    const name = functionName(node, file);
    findings.push({
      path,
      line: first,
      message: `${name} has ${lines} lines, ${maximumFunctionLines} at most: name its steps and give them functions`,
    });
  });
  return findings;
}

/** A callback of `describe`, or of what describes on each of several engines, which holds tests as a folder holds files. */
function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^describe(?=[A-Z.(]|$)/.test(node.parent.expression.getText());
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)
  );
}

function functionName(node: ts.FunctionLikeDeclaration, file: ts.SourceFile): string {
  if (node.name) return `'${node.name.getText(file)}'`;
  if (ts.isVariableDeclaration(node.parent)) return `'${node.parent.name.getText(file)}'`;
  return ts.isConstructorDeclaration(node) ? 'the constructor' : 'a function';
}

/** Names that this code chose: the fields of another's data (a log line, a package's options) keep theirs. */
function declaredNames({ path }: SourceText, file: ts.SourceFile): Finding[] {
  const findings: Finding[] = [];
  visit(file, (node) => {
    const declared =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isMethodDeclaration(node);
    if (!declared || !node.name || !ts.isIdentifier(node.name)) return;
    const better = betterName(node.name.text);
    if (better)
      findings.push({
        path,
        line: lineOf(file, node.name.getStart(file)),
        message: `'${node.name.text}': write '${better}'`,
      });
  });
  return findings;
}

/** The name to write instead, or undefined when the name is fine. */
export function betterName(name: string): string | undefined {
  if (/^[A-Z0-9_]+$/.test(name)) return undefined;
  const words = name.split(/(?=[A-Z])/);
  const spelled = words.map((word) => {
    const full = abbreviations[word.toLowerCase()];
    if (full === undefined) return word;
    return /^[A-Z]/.test(word) ? full[0]!.toUpperCase() + full.slice(1) : full;
  });
  if (spelled.some((word, index) => word !== words[index])) return spelled.join('');
  const inUnit = new RegExp(`^(.+)In(${units})$`).exec(name);
  if (inUnit) return `${inUnit[1]}${inUnit[2]}`;
  const unitFirst = /^(ms|bytes)(?!Per|To|Of|In|From|With|Are|Written|Read|Equal)([A-Z]\w*)$/.exec(name);
  if (unitFirst?.[1] === 'ms') return `${unitFirst[2]![0]!.toLowerCase()}${unitFirst[2]!.slice(1)}Ms`;
  return undefined;
}

function visit(node: ts.Node, action: (node: ts.Node) => void): void {
  action(node);
  ts.forEachChild(node, (child) => {
    visit(child, action);
  });
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}
