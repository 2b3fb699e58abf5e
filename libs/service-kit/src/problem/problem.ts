import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** One wrong field of a request. */
export interface FieldError {
  /** Dotted path of the field, for example `comments.0.text`. */
  readonly field: string;
  /** JSON Pointer of the field in the body (RFC 6901, as a URI fragment), for example `#/comments/0/text`. */
  readonly pointer: string;
  /** What is wrong with it, as a sentence for the caller. */
  readonly detail: string;
}

/** A problem document, `application/problem+json` (RFC 9457). */
export interface ProblemDetails {
  /** URI that identifies the kind of problem: stable, for programs. */
  readonly type: string;
  /** The kind of problem in words: the same for each occurrence. */
  readonly title: string;
  readonly status: number;
  /** What happened this time and what to do. */
  readonly detail: string;
  /** Path of the request that met it. */
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
  readonly [extension: string]: unknown;
}

/** What a problem is made of. `code` is kebab-case and stable; it becomes the type. */
export interface ProblemInit {
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Type URI of a problem's code. */
export function problemType(code: string): string {
  return code === 'about:blank' ? code : `urn:problem-type:headwater:${code}`;
}

/**
 * An expected failure of a request: thrown anywhere below a controller, answered as a problem document. Anything else
 * that reaches the filter is a bug and becomes a 500 without details.
 */
export class Problem extends HttpException {
  readonly code: string;
  readonly document: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(init: ProblemInit) {
    super(init.detail, init.status, { cause: init.cause });
    this.code = init.code;
    this.headers = init.headers ?? {};
    this.document = {
      ...init.extensions,
      type: problemType(init.code),
      title: init.title ?? titleOf(init.code, init.status),
      status: init.status,
      detail: init.detail,
      ...(init.errors ? { errors: init.errors } : {}),
    };
  }

  static badRequest(code: string, detail: string, errors?: readonly FieldError[]): Problem {
    return new Problem({ status: 400, code, detail, ...(errors ? { errors } : {}) });
  }

  static notFound(code: string, detail: string): Problem {
    return new Problem({ status: 404, code, detail });
  }

  static conflict(code: string, detail: string): Problem {
    return new Problem({ status: 409, code, detail });
  }

  static preconditionFailed(code: string, detail: string): Problem {
    return new Problem({ status: 412, code, detail });
  }

  static unprocessable(code: string, detail: string): Problem {
    return new Problem({ status: 422, code, detail });
  }

  /** A dependency is away; the same request may succeed after `retryAfterSeconds`. */
  static unavailable(
    code: string,
    detail: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ): Problem {
    const headers = { 'retry-after': String(options.retryAfterSeconds ?? 1) };
    return new Problem({ status: 503, code, detail, headers, cause: options.cause });
  }
}

function titleOf(code: string, status: number): string {
  const words = code.replaceAll('-', ' ');
  return code === 'about:blank' ? (STATUS_CODES[status] ?? 'Error') : words.charAt(0).toUpperCase() + words.slice(1);
}
