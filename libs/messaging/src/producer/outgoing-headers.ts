import { randomUUID } from 'node:crypto';
import { headerNames } from '../message/index.ts';
import { injectTrace } from '../telemetry/index.ts';

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
  const outgoing: Record<string, string | Buffer> = {
    [headerNames.messageId]: messageId ?? eventId ?? randomUUID(),
  };
  injectTrace(outgoing);
  return headers ? Object.assign(outgoing, headers) : outgoing;
}
