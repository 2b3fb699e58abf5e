import { newEventId } from '../identity/index.ts';
import { outboxMessageJson, type OutboxMessage } from '../outbox/index.ts';
import { EventStoreError } from './event-store-error.ts';
import type { GlobalPosition, NewEvent } from './event.ts';
import { expectedVersionCode, type ExpectedVersion } from './expected-version.ts';

/** Events to add to one stream, all or none. */
export interface AppendRequest {
  readonly streamId: string;
  /** `any` by default. */
  readonly expectedVersion?: ExpectedVersion;
  /** At least one. */
  readonly events: readonly NewEvent[];
  /** Messages that enter the outbox with the events, in the same transaction. */
  readonly messages?: readonly OutboxMessage[];
}

/** Where the appended events lie. */
export interface AppendResult {
  /** The stream's version afterwards. */
  readonly version: number;
  /** Of the last event. */
  readonly globalPosition: GlobalPosition;
}

/** The request as the SQL function `append_to_streams` takes it. @throws EventStoreError EVENT_REFUSED */
export function appendRequestJson(request: AppendRequest): string {
  if (request.events.length === 0) throw new RangeError(`an append to ${request.streamId} needs at least one event`);
  try {
    return JSON.stringify({
      streamId: request.streamId,
      expected: expectedVersionCode(request.expectedVersion ?? 'any'),
      events: request.events.map((event) => ({
        eventId: event.eventId ?? newEventId(),
        type: event.type,
        schemaVersion: event.schemaVersion ?? 1,
        data: event.data ?? null,
        metadata: event.metadata ?? {},
      })),
      messages: (request.messages ?? []).map(outboxMessageJson),
    });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventStoreError('EVENT_REFUSED', `an event of ${request.streamId} is no JSON: ${reason}`, {
      cause: error,
    });
  }
}
