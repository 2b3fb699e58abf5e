/**
 * Forgets old inbox entries, once at the start and then at intervals.
 *
 * Entries are deleted in portions, each a transaction of its own, so that no lock is held for long; several instances of a service
 * prune side by side, each what the others have not locked. A failure is logged and waits for the next round.
 */
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Clock } from '../clock/index.ts';
import type { MetricsPort } from '../consumer/index.ts';

/** How long inbox entries are kept. */
export interface InboxPrunerOptions {
  /**
   * Entries older than this are forgotten, in milliseconds: far above the longest time that a group may lag, be rewound or have a
   * record redriven, as a message that comes again afterwards is processed again.
   */
  readonly maxAgeMs: number;
  readonly intervalMs: number;
  /** Entries that are deleted at a time. */
  readonly portion: number;
}

/** Entries are kept for 30 days unless said otherwise. */
export const defaultInboxPrunerOptions: InboxPrunerOptions = {
  maxAgeMs: 30 * 24 * 3_600_000,
  intervalMs: 3_600_000,
  portion: 10_000,
};

/** Forgets old inbox entries, regularly. */
export class InboxPruner {
  private readonly logger = new Logger('Inbox');
  private readonly closing = new AbortController();
  private readonly pruned: ReturnType<MetricsPort['counter']> | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: InboxPrunerOptions,
    metrics: MetricsPort | undefined,
    private readonly clock: Clock,
  ) {
    this.pruned = metrics?.counter({
      name: 'messaging_inbox_pruned_total',
      help: 'Inbox entries that were forgotten for their age',
      labelNames: [],
    });
  }

  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  /** @returns how many entries were forgotten. */
  async prune(): Promise<number> {
    const { maxAgeMs, portion } = this.options;
    let forgotten = 0;
    while (!this.closing.signal.aborted) {
      const [, count] = await this.dataSource.query<[unknown, number]>(
        `DELETE FROM inbox WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM inbox WHERE received_at < now() - $1 * interval '1 millisecond'
           LIMIT $2 FOR UPDATE SKIP LOCKED))`,
        [maxAgeMs, portion],
      );
      forgotten += count;
      if (count > 0) this.pruned?.inc({}, count);
      if (count < portion) break;
    }
    return forgotten;
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        if (!(await this.hasInbox())) return;
        const forgotten = await this.prune();
        if (forgotten > 0) this.logger.log(`forgot ${forgotten} inbox entries`);
      } catch (error) {
        this.logger.warn(`pruning the inbox: ${error instanceof Error ? error.message : String(error)}`);
      }
      await this.clock.sleep(this.options.intervalMs, this.closing.signal);
    }
  }

  /** Asked for and not tried: a statement that fails is an error in PostgreSQL's log. */
  private async hasInbox(): Promise<boolean> {
    const [row] = await this.dataSource.query<{ found: boolean }[]>(`SELECT to_regclass('inbox') IS NOT NULL AS found`);
    return row!.found;
  }
}
