import { type FastifyReply } from 'fastify';

/** What a command is answered with, now and at each repetition. */
export interface CommandAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sets the answer's status and headers, and returns its body for Nest to send. */
export function answerWith(reply: FastifyReply, { status, headers, body }: CommandAnswer): unknown {
  void reply.status(status).headers(headers);
  return body ?? undefined;
}
