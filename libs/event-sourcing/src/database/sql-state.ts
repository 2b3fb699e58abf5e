/**
 * SQLSTATE of an error of PostgreSQL, also through TypeORM's wrapper; undefined for any other error. No class of PostgreSQL begins
 * with E, as the codes of system errors do: EPIPE says that a connection broke, not that a statement failed.
 */
export function sqlStateOf(error: unknown): string | undefined {
  return databaseErrorOf(error)?.code;
}

/** What PostgreSQL says in detail, for example which objects depend on one that was to be dropped. */
export function sqlDetailOf(error: unknown): string | undefined {
  return databaseErrorOf(error)?.detail;
}

function databaseErrorOf(error: unknown): { readonly code: string; readonly detail?: string } | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(?!E)[0-9A-Z]{5}$/.test(current.code)) {
      const detail = 'detail' in current && typeof current.detail === 'string' ? { detail: current.detail } : {};
      return { code: current.code, ...detail };
    }
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
