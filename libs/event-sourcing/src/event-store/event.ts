/** Something that happened: a name and JSON data. Dates are written as text or numbers, as JSON has none. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** An event with the identity under which it will be stored. */
export type IdentifiedEvent<Event extends DomainEvent = DomainEvent> = Event & { readonly eventId: string };

/** An event to store. */
export interface NewEvent extends DomainEvent {
  /** UUID; a new one when it is absent. Storing one twice is refused. */
  readonly eventId?: string;
  /** Version of the data's shape; 1 by default. */
  readonly schemaVersion?: number;
  /** JSON that is no part of what happened: who, why, trace. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Place of an event among all events: the id of its transaction, then its number. A number alone is no order to follow,
 * since a transaction with a lower one may be committed later.
 */
export interface GlobalPosition {
  readonly transactionId: bigint;
  readonly position: bigint;
}

/** Before the first event. */
export const START_OF_LOG: GlobalPosition = { transactionId: 0n, position: 0n };

/** Negative when `one` comes before `other`, 0 when they are the same. */
export function comparePositions(one: GlobalPosition, other: GlobalPosition): number {
  if (one.transactionId !== other.transactionId) return one.transactionId < other.transactionId ? -1 : 1;
  if (one.position !== other.position) return one.position < other.position ? -1 : 1;
  return 0;
}

/** An event as it is stored. */
export type RecordedEvent<Event extends DomainEvent = DomainEvent> = Event & {
  readonly streamId: string;
  /** 1 for the first event of the stream. */
  readonly version: number;
  readonly eventId: string;
  readonly schemaVersion: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly globalPosition: GlobalPosition;
};
