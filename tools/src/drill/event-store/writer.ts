import { newEventId, VersionConflictError, type EventStore, type SqlExecutor } from '@headwater/event-sourcing';
import { isDatabaseUnavailable } from '@headwater/service-kit';
import { type DataSource } from 'typeorm';
import { pause } from '../crash/actor.ts';
import type { Random } from '../random.ts';
import type { Ledger } from './ledger.ts';

/** Types of events, so that a subscriber may want some of them. */
export const eventTypes = ['Opened', 'Moved', 'Closed'] as const;

const MOST_EVENTS = 3;
const LONGEST_OPEN_MS = 15;

interface Append {
  readonly streamId: string;
  readonly eventIds: readonly string[];
  readonly events: readonly { readonly type: string; readonly data: number; readonly eventId: string }[];
}

/** Where writers write, and who remembers it. */
export interface WriterParts {
  readonly dataSource: DataSource;
  readonly store: EventStore;
  readonly ledger: Ledger;
  readonly streams: readonly string[];
}

/** Rolls back on purpose. */
class ChangedMind extends Error {}

/** One of many that write at once, in every way that an application may. */
export class Writer {
  readonly #parts: WriterParts;
  readonly #random: Random;

  constructor(parts: WriterParts, random: Random) {
    this.#parts = parts;
    this.#random = random;
  }

  async run(turns: number, onTurn: () => void): Promise<void> {
    const ways = [
      () => this.#alone(),
      () => this.#alone(),
      () => this.#within(),
      () => this.#withinEarlyId(),
      () => this.#conflicting(),
    ];
    for (let turn = 0; turn < turns; turn += 1) {
      await this.#random.pick(ways)();
      onTurn();
    }
  }

  /** Shares a transaction of the store's own with others. */
  async #alone(): Promise<void> {
    const { store } = this.#parts;
    const append = this.#append();
    await this.#noting(append, () => store.append(append));
  }

  /** Appends in a transaction of its own that stays open for a while, and may be rolled back. */
  async #within(): Promise<void> {
    await this.#transaction(async (transaction, append) => {
      await this.#parts.store.appendWithin(transaction, append);
      await pause(this.#random.below(LONGEST_OPEN_MS));
    });
  }

  /** Takes a transaction id long before it appends: its events come late under an early id. */
  async #withinEarlyId(): Promise<void> {
    await this.#transaction(async (transaction, append) => {
      await transaction.query('SELECT pg_current_xact_id()');
      await pause(this.#random.below(LONGEST_OPEN_MS));
      await this.#parts.store.appendWithin(transaction, append);
    });
  }

  /** Expects a version that may have passed. */
  async #conflicting(): Promise<void> {
    const { store } = this.#parts;
    const append = this.#append();
    await this.#noting(append, async () => {
      const expectedVersion = await store.versionOf(append.streamId);
      await store.append({ ...append, expectedVersion: expectedVersion === 0 ? 'none' : expectedVersion });
    });
  }

  async #transaction(work: (transaction: SqlExecutor, append: Append) => Promise<void>): Promise<void> {
    const append = this.#append();
    const undo = this.#random.chance(0.3);
    await this.#noting(append, () =>
      this.#parts.dataSource.transaction(async (transaction) => {
        await work(transaction, append);
        if (undo) throw new ChangedMind();
      }),
    );
  }

  async #noting(append: Append, write: () => Promise<unknown>): Promise<void> {
    const { ledger } = this.#parts;
    try {
      await write();
      ledger.note(append.eventIds, 'stored');
    } catch (error) {
      const isRefused =
        error instanceof ChangedMind || error instanceof VersionConflictError || isSerializationFailure(error);
      ledger.note(append.eventIds, isRefused ? 'refused' : 'unknown');
      // What ended the connection is the drill's own doing; the database comes back.
      if (!isRefused && !isDatabaseUnavailable(error)) throw error;
      if (!isRefused) await pause(50);
    }
  }

  #append(): Append {
    const events = Array.from({ length: 1 + this.#random.below(MOST_EVENTS) }, () => ({
      type: this.#random.pick(eventTypes),
      data: this.#random.below(1_000),
      eventId: newEventId(),
    }));
    return {
      streamId: this.#random.pick(this.#parts.streams),
      events,
      eventIds: events.map(({ eventId }) => eventId),
    };
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** A transaction that took its id before it appended, while another appended to its stream (SQLSTATE 40001). */
const isSerializationFailure = (error: unknown): boolean => codeOf(error) === '40001';
