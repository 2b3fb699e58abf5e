/**
 * A service's server-sent events, passed on as they come: as long as both sides stay, and no faster than the reader takes them. The reader's
 * going ends the request to the service.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

const EVENT_STREAM = 'text/event-stream';

export function asksForEvents(request: FastifyRequest): boolean {
  return request.headers.accept?.includes(EVENT_STREAM) ?? false;
}

/** @throws Error when the service does not answer, or not with events. */
export async function passEventsOn(
  url: string,
  request: FastifyRequest,
  reply: FastifyReply,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const lastEventId = request.headers['last-event-id'];
  const answer = await fetch(url, {
    headers: { accept: EVENT_STREAM, ...(typeof lastEventId === 'string' && { 'last-event-id': lastEventId }) },
    signal: AbortSignal.any([gone.signal, stopping]),
    redirect: 'manual',
  });
  const type = answer.headers.get('content-type') ?? '';
  if (!answer.ok || !type.startsWith(EVENT_STREAM) || !answer.body) {
    await reply
      .status(answer.status)
      .header('content-type', type)
      .send(await answer.text());
    return;
  }
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': EVENT_STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  // One side or the other has gone: the reader connects again.
  await pipeline(Readable.fromWeb(answer.body as never), reply.raw).catch(() => undefined);
}
