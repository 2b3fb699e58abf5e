/** What a query's process and the service say to each other. */

export interface QueryLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  readonly rows: number;
  /** Of the answer as JSON. */
  readonly answerBytes: number;
}

/** A topic's table: files, and from which offset on their rows count. */
export interface TableFiles {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly fromOffset: number | null }[];
}

export type ToProcess =
  /** Which tables does it read? */
  | { readonly kind: 'parse'; readonly sql: string }
  | {
      readonly kind: 'run';
      readonly sql: string;
      readonly parameters: Readonly<Record<string, string>>;
      readonly tables: readonly TableFiles[];
      readonly limits: QueryLimits;
    };

export interface QueryColumn {
  readonly name: string;
  /** DuckDB's, for example `DECIMAL(18,2)`. */
  readonly type: string;
}

export interface QueryAnswer {
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly (readonly unknown[])[];
  /** There were more rows than the limits allow. */
  readonly truncated: boolean;
  readonly tookMs: number;
}

/**
 * | code | when | retry |
 * |---|---|---|
 * | query-invalid | the SQL does not parse, or names what is not there | no |
 * | query-not-allowed | it does more than read the lake's tables | no |
 * | query-too-slow | it ran for longer than QUERY_TIME_LIMIT_MS | with less to read |
 * | query-too-large | it needs more memory than QUERY_MEMORY_BYTES allows | with less to read |
 * | query-files-changed | files were merged or removed while they were read | helps |
 * | query-failed | DuckDB failed for another reason | no |
 */
export type QueryFailureCode =
  'query-invalid' | 'query-not-allowed' | 'query-too-slow' | 'query-too-large' | 'query-files-changed' | 'query-failed';

export interface QueryFailureDetails {
  readonly code: QueryFailureCode;
  readonly message: string;
  /** Where in the SQL, in characters from 0 on. */
  readonly position?: number;
}

export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'parsed'; readonly tables: readonly string[] }
  | { readonly kind: 'answer'; readonly answer: QueryAnswer }
  | { readonly kind: 'failed'; readonly failure: QueryFailureDetails };
