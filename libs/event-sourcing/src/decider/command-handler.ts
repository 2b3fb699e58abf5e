import { type SqlExecutor } from '../database/index.ts';
import {
  newEventId,
  VersionConflictError,
  type DomainEvent,
  type EventStore,
  type ExpectedVersion,
  type IdentifiedEvent,
  type StreamEvents,
} from '../event-store/index.ts';
import { type OutboxMessage } from '../outbox/index.ts';
import { type Decider } from './decider.ts';

export interface CommandToHandle<State, Command, Event extends DomainEvent> {
  readonly decider: Decider<State, Command, Event>;
  readonly streamId: string;
  readonly command: Command;
  /** The version that the caller has seen (`If-Match`). Without it a conflict is met by deciding again. */
  readonly expectedVersion?: ExpectedVersion;
  /** Kept with each event: who, why, trace. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The public messages of the new events: they enter the outbox in the events' transaction. */
  readonly messages?: (
    events: readonly IdentifiedEvent<Event>[],
    state: State,
  ) => readonly OutboxMessage[] | Promise<readonly OutboxMessage[]>;
  /**
   * The caller's transaction, to which everything joins. The stream is locked before it is read, so that no conflict
   * can happen. Handle the command before the transaction writes anything else.
   */
  readonly transaction?: SqlExecutor;
  /** How often a conflict is met by deciding again; 10 by default. */
  readonly maxAttempts?: number;
}

export interface HandledCommand<State, Event extends DomainEvent> {
  /** The stream's version afterwards. */
  readonly version: number;
  readonly state: State;
  /** What happened; empty when there was nothing to do. */
  readonly events: readonly IdentifiedEvent<Event>[];
}

const DEFAULT_MAX_ATTEMPTS = 10;

/**
 * Loads the stream, decides and appends. When another writer was faster the command is decided again on the new state.
 *
 * @throws VersionConflictError when `expectedVersion` does not hold, or after `maxAttempts`; whatever `decide` throws.
 */
export async function handleCommand<State, Command, Event extends DomainEvent>(
  store: EventStore,
  toHandle: CommandToHandle<State, Command, Event>,
): Promise<HandledCommand<State, Event>> {
  if (toHandle.transaction) await store.lockStream(toHandle.transaction, toHandle.streamId);
  const maxAttempts = toHandle.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(store, toHandle);
    } catch (error) {
      const mayDecideAgain = error instanceof VersionConflictError && toHandle.expectedVersion === undefined;
      if (!mayDecideAgain || toHandle.transaction || attempt >= maxAttempts) throw error;
    }
  }
}

async function attemptOnce<State, Command, Event extends DomainEvent>(
  store: EventStore,
  toHandle: CommandToHandle<State, Command, Event>,
): Promise<HandledCommand<State, Event>> {
  const { decider, streamId, transaction } = toHandle;
  const stream = await store.readStream<Event>(streamId, transaction ? { within: transaction } : {});
  assertExpected(stream, toHandle.expectedVersion);
  const before = stream.events.reduce((state, event) => decider.evolve(state, event), decider.initialState());
  const events = decider.decide(toHandle.command, before).map((event) => ({ ...event, eventId: newEventId() }));
  if (events.length === 0) return { version: stream.version, state: before, events };

  const state = events.reduce((current, event) => decider.evolve(current, event), before);
  const { metadata } = toHandle;
  const request = {
    streamId,
    expectedVersion: stream.version,
    events: metadata ? events.map((event) => ({ ...event, metadata })) : events,
    messages: (await toHandle.messages?.(events, state)) ?? [],
  };
  const { version } = transaction ? await store.appendWithin(transaction, request) : await store.append(request);
  return { version, state, events };
}

function assertExpected(stream: StreamEvents, expected: ExpectedVersion | undefined): void {
  const holds =
    expected === undefined ||
    expected === 'any' ||
    (expected === 'none' && stream.version === 0) ||
    (expected === 'exists' && stream.version > 0) ||
    expected === stream.version;
  if (!holds) throw new VersionConflictError(stream.streamId, expected, stream.version);
}
