import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { forwardedByHeader, OwnerForwarding } from './owner-forwarding.ts';

/** Headers of a request and of its answer that say something about the content; others belong to one connection. */
const requestHeaders = ['content-type', 'if-none-match'] as const;
const answerHeaders = ['content-type', 'etag', 'retry-after'] as const;

/** Has the owner of the path's `:userId` answer: here by the handler, elsewhere by the same request. */
@Injectable()
export class ToOwner implements NestInterceptor {
  constructor(private readonly forwarding: OwnerForwarding) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: { userId: string } }>>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { params, headers } = request;
    return from(
      this.forwarding.atOwner(
        params.userId,
        headers[forwardedByHeader] !== undefined,
        () => firstValueFrom(next.handle()),
        (address) => this.forward(address, request, reply),
      ),
    );
  }

  private async forward(address: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { method, url, body } = request;
    const headers = Object.fromEntries(
      requestHeaders.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])),
    );
    const response = await this.forwarding.send(address, { method, path: url, headers, body });
    void reply.status(response.status);
    for (const name of answerHeaders) {
      const value = response.headers.get(name);
      if (value !== null) void reply.header(name, value);
    }
    const text = await response.text();
    return text === '' ? undefined : text;
  }
}
