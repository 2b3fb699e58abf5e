/**
 * Tells a handler's failure that may pass from one that will not.
 *
 * | kind | what it says | what follows |
 * |---|---|---|
 * | `outage` | what every record needs is away: database, broker, registry | tried again in its place, for ever |
 * | `retriable` | another attempt may succeed | tried again in its place, as often as the subscription's `attempts` say, then its policy |
 * | `fatal` | another attempt cannot succeed | the policy at once |
 *
 * What is not known is retriable: a record is never given up on a guess.
 */
import { MessagingError, type MessagingErrorCode } from './messaging-error.ts';

/** What may follow from a failure; see the header. */
export type FailureKind = 'retriable' | 'outage' | 'fatal';

/** Tells what kind of failure an error is. */
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

/**
 * Connection exception, insufficient resources (but a statement too complex), operator intervention (but a cancelled statement),
 * system error; a server that takes no writes (25006) is one that was replaced.
 */
const outageSqlStates = /^(08[0-9A-Z]{3}|53[0-9A-Z]{3}|57P0[1-5]|58[0-9A-Z]{3}|25006)$/;

/** Codes of Node's sockets and name look-ups. */
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET'],
]);

const ownOutages: ReadonlySet<MessagingErrorCode> = new Set(['BROKER_UNAVAILABLE', 'REGISTRY_UNAVAILABLE']);

/** What the PostgreSQL client says, without a code, when its connection is gone or cannot be had. */
const outageMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered a connection error))/;

function codeOf(error: object): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function isOutage(error: object, code: string | undefined): boolean {
  if (error instanceof MessagingError) return ownOutages.has(error.code);
  if (code !== undefined) return outageSqlStates.test(code) || outageCodes.has(code);
  return error instanceof Error && outageMessages.test(error.message);
}

/** The default: what is away, then a `retriable` field, then PostgreSQL's SQLSTATE, then whether it is a bug. */
export const classifyFailure: ClassifyFailure = (error) => {
  if (typeof error !== 'object' || error === null) return 'retriable';
  const code = codeOf(error);
  if (isOutage(error, code)) return 'outage';
  if ('retriable' in error && typeof error.retriable === 'boolean') return error.retriable ? 'retriable' : 'fatal';
  if (code !== undefined && fatalSqlStates.test(code)) return passingSqlStates.has(code) ? 'retriable' : 'fatal';
  if ('driverError' in error && error.driverError !== error) return classifyFailure(error.driverError);
  // A failed system call is a TypeError too when `fetch` reports it; its cause knows better.
  if (error instanceof Error && error.cause !== undefined) return classifyFailure(error.cause);
  if (code !== undefined) return 'retriable';
  return bugs.some((bug) => error instanceof bug) ? 'fatal' : 'retriable';
};
