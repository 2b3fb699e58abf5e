import { Problem } from '@headwater/service-kit';
import { LakeError } from '../lake-error.ts';
import { QueryFailure } from '../query/index.ts';

const statuses: Readonly<Record<QueryFailure['code'], number>> = {
  'query-invalid': 400,
  'query-not-allowed': 400,
  'query-too-slow': 422,
  'query-too-large': 422,
  'query-files-changed': 503,
  'query-failed': 500,
};

/** A query's failure as its caller sees it; where it names a place, with position, line and column in the SQL. */
export function queryProblem(error: unknown, sql: string, limits: { readonly timeMs: number }): unknown {
  if (error instanceof LakeError) return Problem.unavailable('lake-unavailable', error.message, { cause: error });
  if (!(error instanceof QueryFailure)) return error;
  const { code, message, position } = error;
  const detail =
    code === 'query-too-slow' ? `the query took longer than ${limits.timeMs} ms (QUERY_TIME_LIMIT_MS)` : message;
  const place = position === undefined ? undefined : placeOf(sql, position);
  return new Problem({
    status: statuses[code],
    code,
    detail: place ? `${detail} (line ${place.line}, column ${place.column})` : detail,
    ...(place ? { extensions: { position, ...place } } : {}),
    ...(statuses[code] === 503 ? { headers: { 'retry-after': '1' } } : {}),
    cause: error,
  });
}

/** From 1 on, as editors count. */
function placeOf(sql: string, position: number): { line: number; column: number } {
  const before = sql.slice(0, position).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

export function tooManyQueries(atMost: number): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-queries',
    detail: `${atMost} queries run already (QUERY_CONCURRENCY); try again when one of them has ended`,
    headers: { 'retry-after': '1' },
  });
}
