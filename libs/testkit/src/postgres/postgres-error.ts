/** Stable codes of what can go wrong around the server process. */
export type PostgresErrorCode =
  /** No PostgreSQL package for this platform, or an installation without its scripts. */
  | 'POSTGRES_NOT_INSTALLED'
  /** PostgreSQL refuses to run as root, and no ordinary account can reach its folders. */
  | 'POSTGRES_ACCOUNT'
  /** `initdb` failed: a full disk, a folder without write permission. */
  | 'POSTGRES_INIT_FAILED'
  /** The requested port is taken. */
  | 'POSTGRES_PORT_IN_USE'
  /** Another server runs on the same folder. */
  | 'POSTGRES_FOLDER_IN_USE'
  /** The server ended before it accepted connections. */
  | 'POSTGRES_START_FAILED';

const RETRIABLE: ReadonlySet<PostgresErrorCode> = new Set(['POSTGRES_PORT_IN_USE', 'POSTGRES_FOLDER_IN_USE']);

/** The server could not be started. `retriable` when it may start later without a change of the machine. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly retriable: boolean;

  constructor(
    readonly code: PostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = RETRIABLE.has(code);
  }
}
