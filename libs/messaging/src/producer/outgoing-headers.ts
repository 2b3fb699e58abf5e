import { randomUUID } from 'node:crypto';
import { currentContext, headerNames } from '../message/index.ts';

/** What a record carries besides its event. */
export interface OutgoingOptions {
  /** The event's `eventId`, when not given. */
  readonly messageId?: string;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

/** The headers of a record: its identity, the trace that it belongs to, and the caller's. */
export function outgoingHeaders(
  { messageId, headers }: OutgoingOptions,
  value: unknown,
): Record<string, string | Buffer> {
  const { eventId } = (value ?? {}) as { eventId?: string };
  const { traceparent } = currentContext() ?? {};
  return {
    [headerNames.messageId]: messageId ?? eventId ?? randomUUID(),
    ...(traceparent ? { [headerNames.traceparent]: traceparent } : {}),
    ...headers,
  };
}
