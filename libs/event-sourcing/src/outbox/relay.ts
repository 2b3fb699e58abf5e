import { type RelayStatus } from './relay-options.ts';

/** What publishes the outbox, from the table or from the write-ahead log. */
export interface Relay {
  /** Starts; it waits for PostgreSQL and the broker on its own. */
  start(): void;
  /** Finishes what is under way, lets another relay take over, and ends. */
  stop(): Promise<void>;
  status(): RelayStatus;
}
