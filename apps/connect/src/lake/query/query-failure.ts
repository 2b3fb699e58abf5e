import type { QueryFailureCode, QueryFailureDetails } from './query-messages.ts';

/** Why a query gave no answer. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  readonly code: QueryFailureCode;
  readonly position: number | undefined;

  constructor(details: QueryFailureDetails) {
    super(details.message);
    this.code = details.code;
    this.position = details.position;
  }
}

/** Says which table is not in the lake, since its topic has had no record. @throws whatever else went wrong */
export function nothingYet(error: unknown): string {
  const table =
    error instanceof QueryFailure ? /^Table with name (\S+) does not exist/.exec(error.message)?.[1] : undefined;
  if (table === undefined) throw error;
  return `nothing of ${table} is in the lake yet`;
}

interface DuckDBErrorDocument {
  readonly exception_type?: string;
  readonly exception_message?: string;
  readonly position?: string;
}

/** Kinds of DuckDB's errors that the query's author can mend. */
const authors: ReadonlySet<string> = new Set([
  'Parser',
  'Syntax',
  'Binder',
  'Catalog',
  'Conversion',
  'Out of Range',
  'Mismatch Type',
  'Not implemented',
  'Invalid Input',
  'Invalid type',
  'Invalid',
  'Expression',
  'Constraint',
  'Scalar Function',
  'Sequence',
]);

/** DuckDB's error, which comes as JSON (`errors_as_json`), with the words of its own around it. */
export function failureOf(error: unknown): QueryFailureDetails {
  const text = error instanceof Error ? error.message : String(error);
  const document = documentIn(text);
  const message = document?.exception_message ?? text;
  const kind = document?.exception_type ?? /([A-Z][A-Za-z ]*?) Error:/.exec(text)?.[1] ?? '';
  const position = document?.position === undefined ? {} : { position: Number(document.position) };
  if (/^interrupt$/i.test(kind)) return { code: 'query-too-slow', message: 'the time limit is over' };
  if (kind === 'Out of Memory') return { code: 'query-too-large', message };
  if (kind === 'Permission')
    return { code: 'query-not-allowed', message: `a query reads the lake's tables alone: ${message}`, ...position };
  if (kind === 'IO') return { code: 'query-files-changed', message };
  return { code: authors.has(kind) ? 'query-invalid' : 'query-failed', message, ...position };
}

function documentIn(text: string): DuckDBErrorDocument | undefined {
  const start = text.indexOf('{"');
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start)) as DuckDBErrorDocument;
  } catch {
    return undefined;
  }
}
