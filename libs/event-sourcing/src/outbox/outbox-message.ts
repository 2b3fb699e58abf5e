import { newEventId } from '../identity/index.ts';

/** What messages are kept in order for. */
export interface Aggregate {
  readonly type: string;
  readonly id: string;
}

/** A message to publish: an integration event as the bytes that readers get. */
export interface OutboxMessage {
  /** UUID under which readers recognize a redelivery; a new one when it is absent. */
  readonly id?: string;
  readonly aggregate: Aggregate;
  readonly topic: string;
  readonly key: string | Buffer | null;
  /** Name of the event, for operators and tools. */
  readonly type: string;
  /** Id of the payload's schema in the registry, for operators and tools. */
  readonly schemaId?: number;
  /** The record's value; null is a tombstone. */
  readonly payload: Buffer | null;
  /** Headers of the record, trace context included. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The message as the SQL function `publish_to_outbox` takes it. */
export function outboxMessageJson(message: OutboxMessage): Record<string, unknown> {
  const key = typeof message.key === 'string' ? Buffer.from(message.key) : message.key;
  return {
    id: message.id ?? newEventId(),
    aggregateType: message.aggregate.type,
    aggregateId: message.aggregate.id,
    topic: message.topic,
    key: key?.toString('base64') ?? null,
    type: message.type,
    schemaId: message.schemaId ?? null,
    payload: message.payload?.toString('base64') ?? null,
    headers: message.headers ?? {},
  };
}
