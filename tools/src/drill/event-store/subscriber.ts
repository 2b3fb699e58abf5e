import { START_OF_LOG, type EventStore, type GlobalPosition } from '@headwater/event-sourcing';
import { isDatabaseUnavailable } from '@headwater/service-kit';
import { pause } from '../crash/actor.ts';
import type { Random } from '../random.ts';
import type { SeenEvent } from './ledger.ts';

const MOST_EVENTS_A_PAGE = 40;

/** Follows all events while they are written, and remembers what it saw. */
export class Subscriber {
  readonly seen: SeenEvent[] = [];
  readonly #store: EventStore;
  readonly #random: Random;
  readonly #types: readonly string[] | undefined;
  #position: GlobalPosition = START_OF_LOG;

  constructor(
    readonly name: string,
    store: EventStore,
    random: Random,
    types?: readonly string[],
  ) {
    this.#store = store;
    this.#random = random;
    this.#types = types;
  }

  /** Reads until `written` is aborted and nothing is left. */
  async run(written: AbortSignal): Promise<void> {
    for (;;) {
      const isOver = written.aborted;
      const isLast = await this.#read();
      if (isOver && isLast) return;
      if (isLast) await pause(this.#random.below(3));
    }
  }

  async #read(): Promise<boolean> {
    try {
      const maxEvents = 1 + this.#random.below(MOST_EVENTS_A_PAGE);
      const options = this.#types ? { maxEvents, types: this.#types } : { maxEvents };
      const { events, position, isLast } = await this.#store.readPage(this.#position, options);
      for (const { eventId, streamId, version } of events) this.seen.push({ eventId, streamId, version });
      this.#position = position;
      return isLast;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await pause(50);
      return false;
    }
  }
}
