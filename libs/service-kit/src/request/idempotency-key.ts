import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Problem } from '../problem/index.ts';
import { type FastifyRequest } from 'fastify';

const headerName = 'idempotency-key';

/** The `Idempotency-Key` header, or undefined. @throws Problem 400 when it is not 1 to 200 visible ASCII characters. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers[headerName];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw Problem.badRequest('idempotency-key-invalid', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
});

/** How the header stands in the OpenAPI document. */
export const idempotencyKeyHeader = {
  name: 'Idempotency-Key',
  required: false,
  description: 'a value of the client for this command; sending the command again with it changes nothing more',
} as const;
