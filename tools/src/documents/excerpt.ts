/**
 * A piece of a file, by where it is: `PATH` is the whole file, `PATH#NAME` what stands between `// #region NAME` and `// #endregion` (with
 * `#` for YAML and `--` for SQL), and `PATH NAME` a declaration of a TypeScript file with its doc comment, or `Class.method`, or a key of
 * the top two levels of a YAML file.
 */
import ts from 'typescript';
import { parseSource } from './sources.ts';

export interface CodeReference {
  /** From the project's root. */
  readonly file: string;
  readonly region?: string;
  readonly symbol?: string;
}

/** @throws Error when it is no reference */
export function parseReference(text: string): CodeReference {
  const parts = /^([^\s#]+)(?:#(\S+)|\s+(\S+))?$/.exec(text.trim());
  if (!parts) throw new Error(`'${text}' is no piece of a file: PATH, PATH#REGION or PATH SYMBOL`);
  const [, file, region, symbol] = parts;
  return { file: file!, ...(region === undefined ? {} : { region }), ...(symbol === undefined ? {} : { symbol }) };
}

/** The piece without the indentation that all of it shares, ended by a line break. @throws Error naming what is not there */
export function excerptOf(reference: CodeReference, text: string): string {
  const piece = pieceOf(reference, text);
  if (piece === undefined) throw new Error(`${reference.file} has no ${reference.region ?? reference.symbol}`);
  const lines = piece.replace(/\s+$/, '').split('\n').filter(isNoMark);
  while (lines[0]?.trim() === '') lines.shift();
  const indentation = Math.min(
    ...lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length),
  );
  return `${lines.map((line) => line.slice(indentation)).join('\n')}\n`;
}

const mark = /^\s*(?:\/\/|#|--) #(region|endregion)\b ?(\S*)/;
const isNoMark = (line: string): boolean => !mark.test(line);

function pieceOf({ file, region, symbol }: CodeReference, text: string): string | undefined {
  if (region !== undefined) return regionOf(text.split('\n'), region);
  if (symbol === undefined) return text;
  return /\.ya?ml$/.test(file) ? keyOf(text.split('\n'), symbol) : symbolOf(parseSource(file, text), symbol);
}

/** Regions may lie in one another: one ends where as many have ended as have begun. */
function regionOf(lines: readonly string[], name: string): string | undefined {
  const from = lines.findIndex((line) => mark.exec(line)?.[1] === 'region' && mark.exec(line)?.[2] === name);
  if (from < 0) return undefined;
  let depth = 0;
  const to = lines.findIndex((line, at) => {
    const kind = at < from ? undefined : mark.exec(line)?.[1];
    depth += kind === 'region' ? 1 : kind === 'endregion' ? -1 : 0;
    return kind === 'endregion' && depth === 0;
  });
  return to < 0 ? undefined : lines.slice(from + 1, to).join('\n');
}

function keyOf(lines: readonly string[], key: string): string | undefined {
  const from = lines.findIndex((line) => line.trimStart() === `${key}:` || line.trimStart().startsWith(`${key}: `));
  if (from < 0) return undefined;
  const depth = (line: string): number => line.length - line.trimStart().length;
  const to = lines.findIndex((line, at) => at > from && line.trim() !== '' && depth(line) <= depth(lines[from]!));
  return lines.slice(from, to < 0 ? lines.length : to).join('\n');
}

function symbolOf(tree: ts.SourceFile, symbol: string): string | undefined {
  const [owner, member] = symbol.split('.');
  const statement = tree.statements.find((candidate) => declaredNames(candidate).includes(owner!));
  const found = member === undefined ? statement : memberOf(statement, member);
  if (!found) return undefined;
  const comment = ts.getLeadingCommentRanges(tree.text, found.getFullStart())?.at(-1);
  const isDoc = comment !== undefined && tree.text.startsWith('/**', comment.pos);
  const start = isDoc ? comment.pos : found.getStart();
  return tree.text.slice(tree.text.lastIndexOf('\n', start) + 1, found.getEnd());
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

function memberOf(statement: ts.Statement | undefined, name: string): ts.ClassElement | undefined {
  if (!statement || !ts.isClassDeclaration(statement)) return undefined;
  return statement.members.find((member) => member.name?.getText() === name);
}
