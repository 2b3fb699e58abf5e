/**
 * Changes are made by the leader of the workers alone, one after another; any other worker passes a request on to it, once, and
 * answers what it answered, when it has read itself what was changed.
 */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { from, type Observable } from 'rxjs';
import { Worker } from '../worker/index.ts';
import { leaderUnreachable, rebalancing } from './connect-problem.ts';

const ANSWER_WITHIN_MS = 30_000;

@Injectable()
export class ForwardToLeader implements NestInterceptor {
  constructor(private readonly worker: Worker) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { leader } = this.worker;
    if (!leader) throw rebalancing();
    if (leader.isSelf) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    // The one who passed it on took this worker for the leader: it will know better in a moment.
    if (new URL(request.url, leader.url).searchParams.get('forward') === 'false') throw rebalancing();
    return from(this.pass(leader.url, request, context.switchToHttp().getResponse<FastifyReply>()));
  }

  private async pass(leaderUrl: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const target = new URL(request.url, leaderUrl);
    target.searchParams.set('forward', 'false');
    const hasBody = request.body !== undefined && request.body !== null;
    let response: Response;
    let text: string;
    try {
      response = await fetch(target, {
        method: request.method,
        ...(hasBody ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body) } : {}),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      text = await response.text();
    } catch (error) {
      throw leaderUnreachable(leaderUrl, error instanceof Error ? error.message : String(error));
    }
    await this.worker.definitions.readToEnd();
    reply.status(response.status);
    for (const name of ['content-type', 'location']) {
      const value = response.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    return text === '' ? undefined : text;
  }
}
