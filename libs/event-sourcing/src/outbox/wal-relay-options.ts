import { type ReplicationStatus } from '../replication/index.ts';
import { type RelayObserver, type RelayOptions, type RelayStatus } from './relay-options.ts';

/** Of `RelayOptions`, the record limit, the polls and the retention are the relay's from the table alone. */
export interface WalRelayOptions extends Pick<RelayOptions, 'leaseMs' | 'maxBatchBytes' | 'maxBackoffMs' | 'pollMs'> {
  /** Name of the slot and the publication; `outbox_` and the database's name by default. Slots are the whole server's. */
  readonly slot?: string;
  /** Most bytes that wait in memory to be published, before the log is not read any more; 2 MiB by default. */
  readonly maxBufferedBytes?: number;
  /** How often published rows are deleted and PostgreSQL is told, in milliseconds; 250 by default. */
  readonly confirmMs?: number;
  /** How often a relay that stands by looks whether it may go on, in milliseconds; 250 by default. */
  readonly retryMs?: number;
  /** How often a message is written into the log so that a quiet database lets it go, in milliseconds; 10,000 by default. */
  readonly heartbeatMs?: number;
  readonly observer?: WalRelayObserver;
}

/** What happens in a relay from the write-ahead log, for metrics and logs. Called synchronously; must not throw. */
export interface WalRelayObserver extends RelayObserver {
  /** Another relay publishes, from the log or from the table; this one waits. */
  standingBy?(reason: string): void;
  /** Pending rows are published from the table, because the slot does not have them: it is new, was lost, or the table's relay ran. */
  takingOver?(reason: string): void;
  /** Publishes from the log from now on. */
  streaming?(): void;
  /** The relay stopped for good; a person has to act. */
  stopped?(error: unknown): void;
}

/** How a relay from the write-ahead log fares. */
export interface WalRelayStatus extends RelayStatus {
  readonly replication: ReplicationStatus;
}
