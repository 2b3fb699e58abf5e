import { bigintArray, integerArray, jsonbArray, textArray } from '../database/index.ts';
import { newEventId } from '../identity/index.ts';
import { outboxColumns, type OutboxMessage } from '../outbox/index.ts';
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

/** A request as it waits to be sent, its JSON made: what cannot be stored is known before it shares a call with others. */
export interface EncodedAppend {
  readonly streamId: string;
  /** See `expectedVersionCode`. */
  readonly expected: number | null;
  readonly events: readonly EncodedEvent[];
  readonly messages: readonly OutboxMessage[];
  /** About what it takes. */
  readonly bytes: number;
}

interface EncodedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON. */
  readonly data: string | null;
  readonly metadata: string;
}

const OVERHEAD_BYTES = 100;

/** @throws EventStoreError EVENT_REFUSED */
export function encodedAppend(request: AppendRequest): EncodedAppend {
  const { streamId, messages = [] } = request;
  if (request.events.length === 0) throw new RangeError(`an append to ${streamId} needs at least one event`);
  const expected = expectedVersionCode(request.expectedVersion ?? 'any');
  const events = encodedEvents(request);
  let bytes = OVERHEAD_BYTES;
  for (const { data, metadata } of events) bytes += OVERHEAD_BYTES + (data?.length ?? 0) + metadata.length;
  for (const { payload, schemaId = 0 } of messages) {
    assertInteger(schemaId);
    bytes += OVERHEAD_BYTES + (payload?.length ?? 0);
  }
  return { streamId, expected, events, messages, bytes };
}

function encodedEvents({ streamId, events }: AppendRequest): EncodedEvent[] {
  try {
    return events.map((event) => ({
      eventId: event.eventId ?? newEventId(),
      type: event.type,
      schemaVersion: assertInteger(event.schemaVersion ?? 1),
      // Of a function there is none, which PostgreSQL refuses.
      data: (JSON.stringify(event.data ?? null) as string | undefined) ?? null,
      metadata: event.metadata ? JSON.stringify(event.metadata) : '{}',
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventStoreError('EVENT_REFUSED', `an event of ${streamId} cannot be stored: ${reason}`, { cause: error });
  }
}

/** @throws RangeError */
function assertInteger(value: number): number {
  if ((value | 0) !== value) throw new RangeError(`${value} is no whole number of 32 bits`);
  return value;
}

/** Requests as the SQL function `append_to_streams` takes them: an array for each column of the requests and of their events. */
export function appendColumns(requests: readonly EncodedAppend[]): Buffer[] {
  const events = requests.flatMap((request) => request.events);
  return [
    textArray(requests.map(({ streamId }) => streamId)),
    bigintArray(requests.map(({ expected }) => expected)),
    integerArray(requests.flatMap((request, index) => request.events.map(() => index + 1))),
    textArray(events.map(({ eventId }) => eventId)),
    textArray(events.map(({ type }) => type)),
    integerArray(events.map(({ schemaVersion }) => schemaVersion)),
    jsonbArray(events.map(({ data }) => data)),
    jsonbArray(events.map(({ metadata }) => metadata)),
  ];
}

/** What `append_with_messages` takes besides: the messages' columns, and which request each is of. */
export function messageColumns(requests: readonly EncodedAppend[]): Buffer[] {
  return [
    ...outboxColumns(requests.flatMap(({ messages }) => messages)),
    integerArray(requests.flatMap(({ messages }, index) => messages.map(() => index + 1))),
  ];
}
