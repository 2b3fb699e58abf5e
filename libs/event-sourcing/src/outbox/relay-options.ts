import { type OutboxRecord } from './outbox-publisher.ts';

/** How a relay works, if not by default. */
export interface RelayOptions {
  /** Most rows that one turn publishes, 1 to 10,000; 1000 by default. */
  readonly maxBatchRecords?: number;
  /** Most bytes of payload that one turn holds in memory; 8 MiB by default. A larger record goes alone. */
  readonly maxBatchBytes?: number;
  /** How long a shard stays with a relay that is not heard of, in milliseconds; 5000 by default. */
  readonly leaseMs?: number;
  /** First pause between looks at the outbox when no notification comes, in milliseconds; 20 by default. It doubles … */
  readonly firstPollMs?: number;
  /** … up to this one; 1000 by default. */
  readonly pollMs?: number;
  /** Longest pause before a topic is tried again after a failure, in milliseconds; 10,000 by default. */
  readonly maxBackoffMs?: number;
  /** How long published rows are kept, in milliseconds; one hour by default. */
  readonly retentionMs?: number;
  readonly observer?: RelayObserver;
}

/** What happens in a relay, for metrics and logs. Called synchronously; must not throw. */
export interface RelayObserver {
  published?(topic: string, records: readonly OutboxRecord[]): void;
  /** A topic could not be written and is tried again. */
  failed?(topic: string, error: unknown, retryAfterMs: number): void;
  /** A record can never be published; its aggregate is held. */
  died?(record: OutboxRecord, error: unknown): void;
  /** Rows that were published when their shard already belonged to another relay, which publishes them again. */
  fenced?(rows: number): void;
  /** PostgreSQL went away; the relay connects again. */
  disconnected?(error: unknown): void;
}

/** How a relay fares. */
export interface RelayStatus {
  readonly running: boolean;
  /** Connected to PostgreSQL. */
  readonly connected: boolean;
  /** Shards that it publishes now. */
  readonly shards: number;
  /** Topics that could not be written the last time. */
  readonly failingTopics: readonly string[];
  /** Milliseconds since its loop last came round; grows when a publish or the database hangs. */
  readonly sinceTurnMs: number;
  /** Why it has stopped for good, which only the relay from the write-ahead log does. */
  readonly failure?: Error | undefined;
}

export type RelaySettings = Required<Omit<RelayOptions, 'observer'>> & { readonly observer: RelayObserver };

/** Fills in the defaults. @throws RangeError */
export function relaySettings(options: RelayOptions): RelaySettings {
  const settings = {
    maxBatchRecords: options.maxBatchRecords ?? 1000,
    maxBatchBytes: options.maxBatchBytes ?? 8_388_608,
    leaseMs: options.leaseMs ?? 5000,
    firstPollMs: options.firstPollMs ?? 20,
    pollMs: options.pollMs ?? 1000,
    maxBackoffMs: options.maxBackoffMs ?? 10_000,
    retentionMs: options.retentionMs ?? 3_600_000,
  };
  for (const [name, value] of Object.entries(settings)) {
    const least = name === 'retentionMs' ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`relay option ${name} must be a whole number of at least ${least}, not ${value}`);
    }
  }
  return { ...settings, observer: options.observer ?? {} };
}
