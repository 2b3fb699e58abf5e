/** The path of one event, from the command to the read models. Plain JSON; the page shares these types. */
import type { OutboxMessageView } from './outbox-message-view.ts';
import type { RecordView } from '../messages/record-view.ts';

/** The service that wrote it, and its outbox when it went through one. */
export interface WrittenBy {
  /** By the contract; null for a topic without one. */
  readonly service: string | null;
  /** Null when it was written straight to Kafka, or is forgotten by the outbox. */
  readonly outbox: OutboxMessageView | null;
}

/**
 * `processed`: its offset is committed; `waiting`: not yet; `parked`: it waits behind a failure of its key; `dead-letter`: the group
 * gave it up.
 */
export type GroupOutcome = 'processed' | 'waiting' | 'parked' | 'dead-letter';

export interface ReadBy {
  readonly group: string;
  /** The service that the group belongs to, by its name. */
  readonly service: string;
  readonly outcome: GroupOutcome;
  /** When its effects were committed, as the group's inbox has it; null where it has no inbox. */
  readonly at: string | null;
  /** What the group committed, null for nothing. */
  readonly committed: number | null;
  /** Why it is parked or dead. */
  readonly reason: string | null;
}

/** A record that came of it, in a topic of a service that read it. */
export interface CausedRecord {
  readonly topic: string;
  readonly record: RecordView;
  /** How it was recognized. */
  readonly by: 'trace' | 'message-id' | 'key';
}

/** What a service answers about it now. */
export interface ReadModelAnswer {
  readonly service: string;
  readonly path: string;
  /** Null when it knows nothing of it. */
  readonly answer: unknown;
  readonly problem: string | null;
}

export interface EventPath {
  readonly topic: string;
  readonly record: RecordView;
  readonly messageId: string | null;
  /** Of W3C Trace Context; null when nobody traced it. */
  readonly traceId: string | null;
  readonly writtenBy: WrittenBy;
  readonly readBy: readonly ReadBy[];
  readonly caused: readonly CausedRecord[];
  readonly readModels: readonly ReadModelAnswer[];
}
