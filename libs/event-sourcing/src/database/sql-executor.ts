/**
 * Something that runs SQL: a `DataSource` (each statement its own transaction), or an `EntityManager` (its
 * transaction).
 */
export interface SqlExecutor {
  /** Rows of a SELECT or of RETURNING; TypeORM answers `[rows, count]` for UPDATE and DELETE. */
  query<Result>(sql: string, parameters?: unknown[]): Promise<Result>;
}
