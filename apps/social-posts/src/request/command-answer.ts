import { type FastifyReply } from 'fastify';
import { type CommandAnswer } from '../idempotency/idempotent-commands.ts';

/** Sets the answer's status and headers, and returns its body for Nest to send. */
export function answerWith(reply: FastifyReply, { status, headers, body }: CommandAnswer): unknown {
  void reply.status(status).headers(headers);
  return body ?? undefined;
}
