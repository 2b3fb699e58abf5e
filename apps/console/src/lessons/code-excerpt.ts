/**
 * Finds a piece of a source file by its name, so that a lesson shows the code that runs and never a copy that has aged.
 *
 * A reference to neither region nor symbol is the whole file. A region lies between `// #region NAME` and `// #endregion`. A symbol is a function, class, interface or constant of the file, or a
 * method as `Class.method`; its doc comment belongs to it. Files are as Prettier writes them, so that a declaration ends with the first
 * line that closes at its own indentation.
 */

export interface CodeReference {
  /** From the project's root. */
  readonly file: string;
  /** At most one of the two. */
  readonly region?: string;
  readonly symbol?: string;
  /** What it does, in a sentence. */
  readonly about: string;
}

export interface CodeExcerpt extends CodeReference {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** @throws Error naming what is not there */
export function excerptOf(reference: CodeReference, source: string): CodeExcerpt {
  const lines = source.split('\n');
  const [from, to] = placeOf(reference, lines);
  const excerpt = lines.slice(from, to);
  const indentation = Math.min(...excerpt.filter((line) => line !== '').map(indentationOf));
  return { ...reference, line: from + 1, text: excerpt.map((line) => line.slice(indentation)).join('\n') };
}

function placeOf(reference: CodeReference, lines: readonly string[]): [number, number] {
  if (reference.region !== undefined) return regionIn(lines, reference);
  return reference.symbol === undefined ? [0, lines.length - 1] : symbolIn(lines, reference);
}

function regionIn(lines: readonly string[], { file, region }: CodeReference): [number, number] {
  const from = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const to = lines.findIndex((line, index) => index > from && line.trim() === '// #endregion');
  if (from < 0 || to < 0) throw new Error(`${file} has no region ${region}`);
  return [from + 1, to];
}

function symbolIn(lines: readonly string[], { file, symbol = '' }: CodeReference): [number, number] {
  const [owner, method] = symbol.split('.');
  let at = declarationOf(lines, owner ?? '');
  if (at >= 0 && method !== undefined) at = methodOf(lines, at + 1, method);
  if (at < 0) throw new Error(`${file} has no ${symbol}`);
  return [commentBefore(lines, at), endOf(lines, at)];
}

function declarationOf(lines: readonly string[], name: string): number {
  const pattern = new RegExp(
    `^(export )?(abstract )?(async )?(function|class|interface|type|const) ${RegExp.escape(name)}\\b`,
  );
  return lines.findIndex((line) => pattern.test(line));
}

/** In a class only members begin at its indentation. */
function methodOf(lines: readonly string[], from: number, name: string): number {
  const pattern = new RegExp(
    `^  ((private|protected|static|async|get|readonly) )*\\*?${RegExp.escape(name)}(?![\\w$])`,
  );
  return lines.findIndex((line, index) => index >= from && pattern.test(line));
}

/** Decorators and the doc comment above belong to it. */
function commentBefore(lines: readonly string[], at: number): number {
  let from = at;
  while (/^\s*@/.test(lines[from - 1] ?? '')) from -= 1;
  const above = (lines[from - 1] ?? '').trim();
  if (!above.endsWith('*/')) return from;
  while (!(lines[from - 1] ?? '').trim().startsWith('/**')) from -= 1;
  return from - 1;
}

function endOf(lines: readonly string[], at: number): number {
  const indentation = indentationOf(lines[at] ?? '');
  if ((lines[at] ?? '').endsWith(';')) return at + 1;
  const closing = lines.findIndex((line, index) => {
    if (index <= at || indentationOf(line) !== indentation || !/^\s*[}\])]/.test(line)) return false;
    // The end of a list of parameters is not yet that of the function.
    return !line.trimEnd().endsWith('{');
  });
  return closing < 0 ? lines.length : closing + 1;
}

function indentationOf(line: string): number {
  return line.length - line.trimStart().length;
}
