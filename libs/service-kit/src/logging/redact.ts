const REDACTED = '[redacted]';

/** Paths that pino replaces: credentials that a logged object may carry. */
export const SECRET_PATHS: readonly string[] = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'apiKey',
].flatMap((name) => [name, `*.${name}`, `*.headers.${name}`]);

/**
 * Removes the credentials of URLs from a text (`postgres://user:password@host` -> `postgres://[redacted]@host`), since
 * drivers and Node put connection strings into their messages.
 */
export function withoutCredentials(message: string): string {
  return message.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`);
}

/** What pino puts in place of a value at one of `SECRET_PATHS`. */
export const REDACTION = { paths: [...SECRET_PATHS], censor: REDACTED };
