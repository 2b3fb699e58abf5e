import { Logger } from '@nestjs/common';
import { type SqlExecutor } from '../database/index.ts';
import {
  VersionConflictError,
  type DomainEvent,
  type EventStore,
  type ExpectedVersion,
  type GlobalPosition,
  type IdentifiedEvent,
} from '../event-store/index.ts';
import { newEventId } from '../identity/index.ts';
import { type OutboxMessage } from '../outbox/index.ts';
import { type Snapshot, type SnapshotKey, type SnapshotStore } from '../snapshots/index.ts';
import { type Decider } from './decider.ts';

const logger = new Logger('CommandHandler');

/** A command, the stream it is for, and what goes with its events. */
export interface CommandToHandle<State, Command, Event extends DomainEvent> {
  readonly decider: Decider<State, Command, Event>;
  readonly streamId: string;
  readonly command: Command;
  /** The version that the caller has seen (`If-Match`). Without it a conflict is met by deciding again. */
  readonly expectedVersion?: ExpectedVersion;
  /**
   * What the state calls for at once that came of the command: a further command, decided on it and appended together with the first. Asked
   * before anything is appended, in the caller's transaction if there is one, and again when a conflict is met.
   */
  readonly followUp?: (state: State, events: readonly Event[]) => Promise<Command | undefined>;
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
  /** For streams that grow long: the state is kept now and then, and only what follows it is read. */
  readonly snapshots?: SnapshotPolicy;
}

/** Which states are kept, and when. A state must be JSON. */
export interface SnapshotPolicy extends Pick<SnapshotKey, 'type' | 'schemaVersion'> {
  readonly store: SnapshotStore;
  /** Events after which the state is kept again; 100 by default. */
  readonly everyEvents?: number;
}

/** What a command has led to. */
export interface HandledCommand<State, Event extends DomainEvent> {
  /** The stream's version afterwards. */
  readonly version: number;
  /** Of the last event, to wait for a projection; undefined when nothing happened. */
  readonly globalPosition?: GlobalPosition;
  readonly state: State;
  /** What happened; empty when there was nothing to do. */
  readonly events: readonly IdentifiedEvent<Event>[];
}

const DEFAULT_MAX_ATTEMPTS = 10;
const DEFAULT_SNAPSHOT_EVENTS = 100;

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

/** A stream's state, and the version of the snapshot that it was made from; 0 without one. */
interface LoadedState<State> {
  readonly state: State;
  readonly version: number;
  readonly snapshotVersion: number;
}

async function loadState<State, Command, Event extends DomainEvent>(
  store: EventStore,
  { decider, streamId, transaction, snapshots }: CommandToHandle<State, Command, Event>,
): Promise<LoadedState<State>> {
  const within = transaction ? { within: transaction } : {};
  const snapshot = await snapshots?.store.load({ streamId, ...snapshots }, transaction);
  if (snapshot) {
    const later = await store.readStream<Event>(streamId, { fromVersion: snapshot.version + 1, ...within });
    // A snapshot of a later version than the stream's is one of a database that was set back.
    if (later.version >= snapshot.version) {
      const state = later.events.reduce((before, event) => decider.evolve(before, event), snapshot.state as State);
      return { state, version: later.version, snapshotVersion: snapshot.version };
    }
  }
  const { events, version } = await store.readStream<Event>(streamId, within);
  const state = events.reduce((before, event) => decider.evolve(before, event), decider.initialState());
  return { state, version, snapshotVersion: 0 };
}

async function attemptOnce<State, Command, Event extends DomainEvent>(
  store: EventStore,
  toHandle: CommandToHandle<State, Command, Event>,
): Promise<HandledCommand<State, Event>> {
  const { streamId, transaction, metadata } = toHandle;
  const stream = await loadState(store, toHandle);
  assertExpected(streamId, stream.version, toHandle.expectedVersion);
  const { state, events } = await decideAll(toHandle, stream.state);
  if (events.length === 0) return { version: stream.version, state, events };

  const request = {
    streamId,
    expectedVersion: stream.version,
    events: metadata ? events.map((event) => ({ ...event, metadata })) : events,
    messages: (await toHandle.messages?.(events, state)) ?? [],
  };
  const { version, globalPosition } = transaction
    ? await store.appendWithin(transaction, request)
    : await store.append(request);
  await keepSnapshot(toHandle, { version, state }, stream.snapshotVersion);
  return { version, globalPosition, state, events };
}

/** What follows on a command, and on the state that it leads to. */
interface Decision<State, Event extends DomainEvent> {
  readonly state: State;
  readonly events: readonly IdentifiedEvent<Event>[];
}

async function decideAll<State, Command, Event extends DomainEvent>(
  { decider, command, followUp }: CommandToHandle<State, Command, Event>,
  before: State,
): Promise<Decision<State, Event>> {
  const first = decideOne(decider, command, before);
  const next = await followUp?.(first.state, first.events);
  if (next === undefined) return first;
  const second = decideOne(decider, next, first.state);
  return { state: second.state, events: [...first.events, ...second.events] };
}

function decideOne<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  command: Command,
  before: State,
): Decision<State, Event> {
  const events = decider.decide(command, before).map((event) => ({ ...event, eventId: newEventId() }));
  return { state: events.reduce((state, event) => decider.evolve(state, event), before), events };
}

/** In the caller's transaction it is kept with the events, if at all. Otherwise its failure is none of the command, which is done. */
async function keepSnapshot<State, Command, Event extends DomainEvent>(
  { streamId, snapshots, transaction }: CommandToHandle<State, Command, Event>,
  taken: Snapshot,
  lastVersion: number,
): Promise<void> {
  if (!snapshots || taken.version - lastVersion < (snapshots.everyEvents ?? DEFAULT_SNAPSHOT_EVENTS)) return;
  const saving = snapshots.store.save({ streamId, ...snapshots }, taken, transaction);
  if (transaction) await saving;
  else await saving.catch((error: unknown) => logger.warn(`no snapshot of ${streamId} was kept: ${String(error)}`));
}

function assertExpected(streamId: string, version: number, expected: ExpectedVersion | undefined): void {
  const holds =
    expected === undefined ||
    expected === 'any' ||
    (expected === 'none' && version === 0) ||
    (expected === 'exists' && version > 0) ||
    expected === version;
  if (!holds) throw new VersionConflictError(streamId, expected, version);
}
