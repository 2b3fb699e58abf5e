import { byteaArray, integerArray, jsonbArray, textArray } from '../database/index.ts';
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

/** Messages as the SQL function `publish_to_outbox` takes them: an array for each column. */
export function outboxColumns(messages: readonly OutboxMessage[]): Buffer[] {
  return [
    textArray(messages.map(({ id }) => id ?? newEventId())),
    textArray(messages.map(({ aggregate }) => aggregate.type)),
    textArray(messages.map(({ aggregate }) => aggregate.id)),
    textArray(messages.map(({ topic }) => topic)),
    byteaArray(messages.map(({ key }) => (typeof key === 'string' ? Buffer.from(key) : key))),
    textArray(messages.map(({ type }) => type)),
    integerArray(messages.map(({ schemaId }) => schemaId ?? null)),
    byteaArray(messages.map(({ payload }) => payload)),
    jsonbArray(messages.map(({ headers }) => JSON.stringify(headers ?? {}))),
  ];
}
