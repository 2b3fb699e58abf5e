import { ErrorCode, errorName, isRetriable, type ErrorName } from './error-code.ts';

/** What is wrong with one record of a batch. */
export interface RecordError {
  /** Counted from 0. */
  readonly batchIndex: number;
  readonly message: string;
}

/**
 * An expected failure that a client is told by an error code. Thrown by any room; the server answers it with `code` and,
 * where the version of the response has room for it, the message.
 */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  /** The number that travels in the response. */
  readonly code: ErrorCode;
  /** Of a batch that was refused for some of its records: which ones, and why (KIP-467). */
  readonly recordErrors: readonly RecordError[];

  /** @param error by its name or its code. */
  constructor(
    error: ErrorName | ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly recordErrors?: readonly RecordError[] },
  ) {
    super(message, options);
    this.code = typeof error === 'string' ? ErrorCode[error] : error;
    this.recordErrors = options?.recordErrors ?? [];
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
