/**
 * A deadline for each call of a handler whose calls share a transaction with others.
 *
 * The handler must end when its signal aborts: its transaction waits for it, as what it did later would be done in the next
 * transaction of the connection. One that does not end holds its transaction, and liveness tells.
 */
import type { Clock } from '../clock/index.ts';
import { MessagingError } from '../errors/index.ts';
import type { HandleMessages } from './handle-messages.ts';

export function handlerTimeout(deadlineMs: number): MessagingError {
  return new MessagingError('HANDLER_TIMEOUT', `A handler took longer than its ${deadlineMs} ms`);
}

export function withDeadline(handle: HandleMessages, deadlineMs: number | undefined, clock: Clock): HandleMessages {
  if (deadlineMs === undefined) return handle;
  return async (messages, attempt) => {
    const deadline = new AbortController();
    const over = new AbortController();
    void clock.sleep(deadlineMs, over.signal).then(() => {
      if (!over.signal.aborted) deadline.abort(handlerTimeout(deadlineMs));
    });
    try {
      await handle(messages, { ...attempt, signal: AbortSignal.any([attempt.signal, deadline.signal]) });
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error;
    } finally {
      over.abort();
    }
  };
}
