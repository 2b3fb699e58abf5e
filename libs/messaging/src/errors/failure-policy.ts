/**
 * Tells a handler's failure that may pass from one that will not.
 *
 * `retriable`: the record is tried again in its place, with growing pauses, until it succeeds. `fatal`: another attempt
 * cannot succeed; the record goes to the dead letters. What is not known is retriable: a record is never given up on a guess.
 */
export type FailureKind = 'retriable' | 'fatal';

export type ClassifyFailure = (error: unknown) => FailureKind;

/** Thrown by a handler that knows that its record can never be processed. */
export class FatalHandlerError extends Error {
  override readonly name = 'FatalHandlerError';
  readonly retriable = false;
}

/** Bugs: the same input fails the same way. */
const bugs = [TypeError, ReferenceError, RangeError, SyntaxError, EvalError];

/**
 * SQLSTATE classes (PostgreSQL manual, appendix A) that depend on the data or the statement alone: data exception, integrity
 * constraint violation, syntax error or access rule violation.
 */
const fatalSqlStates = /^(22|23|42)[0-9A-Z]{3}$/;

/** 23P01 and 23503 can pass when another transaction ends or another row arrives; 42P01 when a migration has run. */
const passingSqlStates = new Set(['23P01', '23503', '42P01']);

function codeOf(error: object): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The default policy: a `retriable` field decides, then PostgreSQL's SQLSTATE, then whether it is a bug. */
export const classifyFailure: ClassifyFailure = (error) => {
  if (typeof error !== 'object' || error === null) return 'retriable';
  if ('retriable' in error && typeof error.retriable === 'boolean') return error.retriable ? 'retriable' : 'fatal';
  const code = codeOf(error);
  if (code !== undefined && fatalSqlStates.test(code)) return passingSqlStates.has(code) ? 'retriable' : 'fatal';
  if ('driverError' in error && error.driverError !== error) return classifyFailure(error.driverError);
  // A failed system call is a TypeError too when `fetch` reports it; its cause knows better.
  if (error instanceof Error && error.cause !== undefined) return classifyFailure(error.cause);
  if (code !== undefined) return 'retriable';
  return bugs.some((bug) => error instanceof bug) ? 'fatal' : 'retriable';
};
