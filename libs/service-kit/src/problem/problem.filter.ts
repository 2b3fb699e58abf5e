import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isDatabaseUnavailable } from '../database/index.ts';
import { Problem, problemType, type ProblemDetails } from './problem.ts';

/**
 * Answers every failure of a request as `application/problem+json` (RFC 9457). Expected failures keep their words; a
 * database that is away becomes 503 with `Retry-After`; anything else is logged with its stack and answered as a 500
 * that tells nothing of the inside.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw exception;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = this.problemOf(exception, request);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const document: ProblemDetails = { ...problem.document, instance: pathOf(request) };
    void reply.status(document.status).headers(problem.headers).type('application/problem+json').send(document);
  }

  private problemOf(exception: unknown, request: FastifyRequest): Problem {
    if (exception instanceof Problem) {
      if (exception.document.status >= 500) this.logger.warn(exception);
      return exception;
    }
    if (isDatabaseUnavailable(exception)) {
      this.logger.warn(`${request.method} ${pathOf(request)}: database unavailable: ${exception.message}`);
      const detail = 'The database does not answer at the moment. Send the same request again shortly.';
      return Problem.unavailable('database-unavailable', detail, { cause: exception });
    }
    const status = statusOf(exception);
    if (status !== undefined && status < 500) {
      const detail = exception instanceof Error ? exception.message : (STATUS_CODES[status] ?? 'Error');
      return new Problem({ status, code: 'about:blank', detail });
    }
    const error = exception instanceof Error ? exception : new Error(String(exception));
    this.logger.error(`${request.method} ${pathOf(request)} failed: ${error.message}`, error);
    const detail = 'The service met an error that it did not expect. It is in the log of the service.';
    return new Problem({ status: 500, code: 'internal-error', detail, cause: exception });
  }
}

/** Status of Nest's exceptions and of Fastify's own errors (a body that is no JSON, one that is too large). */
function statusOf(exception: unknown): number | undefined {
  if (exception instanceof HttpException) return exception.getStatus();
  const status: unknown = (exception as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

/** Schema of problem documents in OpenAPI. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', example: problemType('post-not-found') },
    title: { type: 'string', example: 'Post not found' },
    status: { type: 'integer', example: 404 },
    detail: { type: 'string' },
    instance: { type: 'string', example: '/posts/42' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'pointer', 'detail'],
        properties: { field: { type: 'string' }, pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
} as const;
