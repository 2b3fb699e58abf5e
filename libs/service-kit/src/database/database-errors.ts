/**
 * Tells a PostgreSQL that is away from a statement that is wrong: the first is met by waiting, the second never.
 * Codes: PostgreSQL's error classes (appendix A of its manual), Node's socket errors, and pg's and TypeORM's own messages,
 * which carry no code.
 */

/** SQLSTATE classes and codes under which the same statement may succeed later. */
const UNAVAILABLE_SQLSTATES = [
  /^08/, // connection exceptions
  /^57P0[1-5]$/, // admin shutdown, crash shutdown, cannot connect now, database dropped, idle session timeout
  /^53300$/, // too many connections
  /^25P03$/, // idle in transaction timeout
];

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]);

const PG_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Driver not Connected',
  'Cannot use a pool after calling end on the pool',
  // TypeORM's words for a connection that died between two statements of a transaction.
  'Query runner already released',
  'Database connection provided by a query runner was already released',
];

/** Whether an error (or a cause of it) says that PostgreSQL is away or restarting. */
export function isDatabaseUnavailable(error: unknown): error is Error {
  for (let current = error, depth = 0; Error.isError(current) && depth < 5; depth += 1) {
    if (saysUnavailable(current)) return true;
    current = 'driverError' in current ? current.driverError : current.cause;
  }
  return false;
}

function saysUnavailable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code !== '' && UNAVAILABLE_SQLSTATES.some((pattern) => pattern.test(code))) return true;
  const fromSocket = 'syscall' in error || 'errors' in error;
  if (fromSocket && SOCKET_CODES.has(code)) return true;
  return PG_MESSAGES.some((message) => error.message.startsWith(message));
}

/** Errors of a connection attempt that no waiting mends, with what to do about each. */
const HOPELESS: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong: check DATABASE_URL',
  '28000': 'the server refuses this user from here: check DATABASE_URL and pg_hba.conf',
  '3D000': 'the database does not exist: create it, or check the name in DATABASE_URL',
};

/** Why waiting would not help, or `undefined` if it may. */
export function hopelessReason(error: unknown): string | undefined {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
  return HOPELESS[code];
}
