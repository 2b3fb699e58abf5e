/** SQLSTATE of an error of PostgreSQL, also through TypeORM's wrapper; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code))
      return current.code;
    current = 'driverError' in current ? current.driverError : current.cause;
  }
  return undefined;
}

/**
 * Whether the failed statement's transaction was certainly rolled back. After a connection that broke or a server that
 * went down (classes 08 and 57P) it may just as well have been committed.
 */
export function isRolledBack(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P');
}
