import { ErrorCode, errorName, isRetriable, type ErrorName } from './error-code.ts';

/**
 * An expected failure that a client is told by an error code. Thrown by any room; the server answers it with `code` and,
 * where the version of the response has room for it, the message.
 */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  /** The number that travels in the response. */
  readonly code: ErrorCode;

  /** @param error by its name or its code. */
  constructor(error: ErrorName | ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = typeof error === 'string' ? ErrorCode[error] : error;
  }

  /** For logs, for example `OFFSET_OUT_OF_RANGE`. */
  get errorName(): ErrorName {
    return errorName(this.code);
  }

  /** Whether the same request may succeed when it is sent again. */
  get retriable(): boolean {
    return isRetriable(this.code);
  }
}
