/**
 * Publishes the outbox.
 *
 * One loop takes turns: claim shards, fetch pending rows, publish them by topic, mark what the broker acknowledged. Within
 * a turn topics are written in parallel, each in order of `seq`; the next turn begins when all of them have settled, so
 * rows of an aggregate never overtake each other. A relay publishes only while its lease is certain to last by its own
 * clock; one that was suspended beyond that may write rows a second time, under the same message ids, and its marks are
 * refused.
 */
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { type OutboxPublisher } from './outbox-publisher.ts';
import { publishIsolating, type PublishOutcome } from './publish-isolating.ts';
import { type Relay } from './relay.ts';
import { relaySettings, type RelayOptions, type RelaySettings, type RelayStatus } from './relay-options.ts';
import { RelaySession, type HeldShards, type PendingRecord } from './relay-session.ts';
import { TopicBackoff } from './topic-backoff.ts';
import { WakeUp } from '../timing/index.ts';

const RECONNECT_WAIT_MS = 250;
const RETENTION_INTERVAL_MS = 30_000;
const RETENTION_ROWS = 10_000;

export class OutboxRelay implements Relay {
  private readonly dataSource: DataSource;
  private readonly publisher: OutboxPublisher;
  private readonly settings: RelaySettings;
  private readonly relayId = randomUUID();
  private readonly backoff: TopicBackoff;
  private readonly wakeUp = new WakeUp();
  /** Acknowledged by the broker but not marked yet: PostgreSQL went away in between. */
  private unmarked: { readonly rows: readonly PendingRecord[]; readonly tokens: HeldShards } | undefined;
  private shards: HeldShards = new Map();
  private leaseEndsMs = 0;
  private claimDueMs = 0;
  private retentionDueMs = 0;
  private turnMs = performance.now();
  private connected = false;
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(dataSource: DataSource, publisher: OutboxPublisher, options: RelayOptions = {}) {
    this.dataSource = dataSource;
    this.publisher = publisher;
    this.settings = relaySettings(options);
    this.backoff = new TopicBackoff(this.settings.maxBackoffMs);
  }

  /** Starts the loop; it waits for PostgreSQL and the broker on its own. */
  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  /** Finishes the turn under way, gives up the shards and ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp.call();
    await this.running;
    this.running = undefined;
  }

  status(): RelayStatus {
    return {
      running: this.running !== undefined,
      connected: this.connected,
      shards: this.shards.size,
      failingTopics: this.backoff.failing,
      sinceTurnMs: performance.now() - this.turnMs,
    };
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      let session: RelaySession | undefined;
      try {
        session = await RelaySession.open(this.dataSource, this.relayId, this.wakeUp.call);
        this.connected = true;
        this.claimDueMs = 0;
        await this.serve(session);
        await session.releaseShards();
      } catch (error) {
        this.settings.observer.disconnected?.(error);
        await this.wakeUp.sleep(RECONNECT_WAIT_MS);
      } finally {
        this.connected = false;
        this.shards = new Map();
        await session?.close().catch(() => undefined);
      }
    }
  }

  private async serve(session: RelaySession): Promise<void> {
    await this.markUnmarked(session);
    while (!this.stopping) {
      const startedMs = performance.now();
      this.turnMs = startedMs;
      if (startedMs >= this.claimDueMs) await this.claim(session, startedMs);
      if (startedMs >= this.retentionDueMs) await this.retain(session, startedMs);
      const batch = await this.fetch(session);
      if (batch.length > 0) await this.turn(session, batch);
      else await this.sleep(session);
    }
  }

  private async claim(session: RelaySession, nowMs: number): Promise<void> {
    const { leaseMs } = this.settings;
    this.shards = await session.claimShards(leaseMs);
    // Counted from before the call, so that the relay's view of the lease always ends first.
    this.leaseEndsMs = nowMs + leaseMs;
    this.claimDueMs = nowMs + leaseMs / 3;
  }

  /** Extends the lease; one that another relay has taken meanwhile ends at once. */
  private async renew(session: RelaySession): Promise<boolean> {
    const askedMs = performance.now();
    try {
      const renewed = await session.renewShards(this.settings.leaseMs);
      this.leaseEndsMs = renewed === this.shards.size ? askedMs + this.settings.leaseMs : 0;
      return renewed === this.shards.size;
    } catch {
      return false;
    }
  }

  /** One relay cleans up: the one that holds the first shard. */
  private async retain(session: RelaySession, nowMs: number): Promise<void> {
    this.retentionDueMs = nowMs + RETENTION_INTERVAL_MS;
    if (!this.shards.has(0)) return;
    const deleted = await session.deletePublished(this.settings.retentionMs, RETENTION_ROWS);
    if (deleted === RETENTION_ROWS) this.retentionDueMs = nowMs;
  }

  private fetch(session: RelaySession): Promise<PendingRecord[]> {
    return session.fetch(this.shards, this.backoff.blocked(performance.now()), this.settings);
  }

  /**
   * Waits for a notification, with looks at the outbox as the safety net: a writer that was under way when the relay went
   * to sleep does not notify, so the first looks follow quickly.
   */
  private async sleep(session: RelaySession): Promise<void> {
    await session.setSleeping(true);
    let waitMs = this.settings.firstPollMs;
    while (!this.stopping && !(await this.anyPending(session))) {
      const nowMs = performance.now();
      const deadlines = [waitMs, this.claimDueMs - nowMs, this.backoff.untilNextMs(nowMs) ?? waitMs];
      await this.wakeUp.sleep(Math.max(1, Math.min(...deadlines)));
      waitMs = Math.min(waitMs * 2, this.settings.pollMs);
      this.turnMs = performance.now();
      if (this.turnMs >= this.claimDueMs) await this.claim(session, this.turnMs);
      if (this.turnMs >= this.retentionDueMs) await this.retain(session, this.turnMs);
    }
    await session.setSleeping(false);
  }

  private async anyPending(session: RelaySession): Promise<boolean> {
    const blocked = this.backoff.blocked(performance.now());
    return (await session.fetch(this.shards, blocked, { maxBatchRecords: 1, maxBatchBytes: 1 })).length > 0;
  }

  private async turn(session: RelaySession, batch: readonly PendingRecord[]): Promise<void> {
    const tokens = this.shards;
    const held = batch.filter((record) => record.held);
    if (held.length > 0) await session.hold(held, tokens);
    if (performance.now() >= this.leaseEndsMs) {
      this.claimDueMs = 0;
      return;
    }
    const results = await this.publish(session, batch);
    this.unmarked = { rows: results.flatMap(({ outcome }) => outcome.published), tokens };
    await this.markUnmarked(session);
    for (const result of results) await this.settle(session, result, tokens);
  }

  /** Publishes topic by topic at once, and renews the leases meanwhile: while the broker is away it may take long. */
  private async publish(session: RelaySession, batch: readonly PendingRecord[]): Promise<TopicResult[]> {
    const publishable = batch.filter((record) => !record.held);
    const isAllowed = (): boolean => performance.now() < this.leaseEndsMs;
    const publishing = Promise.all(
      [...Map.groupBy(publishable, ({ topic }) => topic)].map(async ([topic, records]) => {
        const outcome = await publishIsolating(this.publisher, topic, records, isAllowed);
        return { topic, records, outcome };
      }),
    );
    let renewed = true;
    while (renewed && !(await settlesWithin(publishing, this.settings.leaseMs / 3)))
      renewed = await this.renew(session);
    // Even without PostgreSQL the turn waits for the broker: what it acknowledges is remembered and marked later.
    return publishing;
  }

  private async settle(
    session: RelaySession,
    { topic, records, outcome }: TopicResult,
    tokens: HeldShards,
  ): Promise<void> {
    const { observer } = this.settings;
    if (outcome.published.length > 0) observer.published?.(topic, outcome.published);
    for (const { record, error } of outcome.dead) {
      await session.markDead(record, tokens, reasonOf(error));
      observer.died?.(record, error);
    }
    if (!outcome.failure) {
      this.backoff.succeeded(topic);
      return;
    }
    const retryAfterMs = this.backoff.failed(topic, performance.now());
    observer.failed?.(topic, outcome.failure.error, retryAfterMs);
    const done = new Set([...outcome.published, ...outcome.dead.map(({ record }) => record)]);
    const left = records.filter((record) => !done.has(record));
    await session.markFailed(left, tokens, reasonOf(outcome.failure.error), retryAfterMs);
  }

  private async markUnmarked(session: RelaySession): Promise<void> {
    if (!this.unmarked) return;
    const { rows, tokens } = this.unmarked;
    const marked = rows.length === 0 ? 0 : await session.markPublished(rows, tokens);
    this.unmarked = undefined;
    if (marked < rows.length) this.settings.observer.fenced?.(rows.length - marked);
  }
}

interface TopicResult {
  readonly topic: string;
  readonly records: readonly PendingRecord[];
  readonly outcome: PublishOutcome<PendingRecord>;
}

async function settlesWithin(promise: Promise<unknown>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), waitMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1000);
}
