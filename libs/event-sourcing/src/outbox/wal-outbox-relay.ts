/**
 * Publishes the outbox from the write-ahead log: rows arrive as they are committed, nothing is polled, and no row is updated.
 *
 * Published rows are deleted, then PostgreSQL is told that their log may go; a relay that ends in between publishes some again, under
 * the same message ids. A row that can never be published is marked dead in the table, and later ones of its aggregate are held there,
 * as by the relay from the table; operators see and release them in the same way. The relay owns its slot and all shards, so that one
 * relay publishes at a time, of either form. A topic that cannot be written holds up the others.
 */
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import {
  parseLsn,
  ReplicationError,
  ReplicationSession,
  type ReplicationObserver,
  type ReplicationSink,
  type SlotPreparation,
} from '../replication/index.ts';
import { connectionOf } from './connection-of.ts';
import { HeldAggregates } from './held-aggregates.ts';
import { type OutboxPublisher } from './outbox-publisher.ts';
import { PublishedRows } from './published-rows.ts';
import { type Relay } from './relay.ts';
import { RelaySession } from './relay-session.ts';
import { ShardLease } from './shard-lease.ts';
import { publishPending, reasonToTakeOver, rememberState } from './wal-takeover.ts';
import { TopicFailure, WalPublishing } from './wal-publishing.ts';
import { WalRecordReader, type WalRecord } from './wal-record.ts';
import { type WalRelayObserver, type WalRelayOptions, type WalRelayStatus } from './wal-relay-options.ts';

const LEASE_MS = 10_000;
const POLL_MS = 1000;
/** A row's object, key and headers, roughly. */
const OVERHEAD_BYTES = 1_000;

/** What it works with between the shards' claim and their loss. */
interface Tenure {
  readonly session: RelaySession;
  readonly lease: ShardLease;
  readonly publishing: WalPublishing;
}

export class WalOutboxRelay implements Relay {
  private readonly dataSource: DataSource;
  private readonly publisher: OutboxPublisher;
  private readonly observer: WalRelayObserver;
  private readonly leaseMs: number;
  private readonly pollMs: number;
  private readonly slot: string;
  private readonly relayId = randomUUID();
  private readonly reader = new WalRecordReader();
  private readonly replication: ReplicationSession<WalRecord>;
  private readonly rows = new PublishedRows();
  private readonly failing = new Set<string>();
  private tenure: Tenure | undefined;
  private poll: NodeJS.Timeout | undefined;
  private releasing: Promise<void> | undefined;

  /** @throws RangeError */
  constructor(dataSource: DataSource, publisher: OutboxPublisher, options: WalRelayOptions = {}) {
    this.dataSource = dataSource;
    this.publisher = publisher;
    this.observer = options.observer ?? {};
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.pollMs = options.pollMs ?? POLL_MS;
    this.slot = options.slot ?? outboxSlotOf(dataSource);
    const { maxBatchBytes, maxBackoffMs, maxBufferedBytes, confirmMs, retryMs, heartbeatMs } = options;
    const given = { maxBatchBytes, maxBackoffMs, maxBufferedBytes, confirmMs, retryMs, heartbeatMs };
    this.replication = new ReplicationSession(
      {
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
        connection: connectionOf(dataSource),
        slot: this.slot,
        publication: this.slot,
        tables: [{ schema: 'public', table: 'outbox' }],
        operations: ['insert'],
        binary: true,
        leaseMs: this.leaseMs,
        observer: this.replicationObserver(),
      },
      this.sink(),
    );
  }

  start(): void {
    this.replication.start();
    this.poll ??= setInterval(() => this.lookForReleased(), this.pollMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.poll);
    this.poll = undefined;
    await this.replication.stop();
    await this.endTenure((session) => session.releaseShards());
  }

  status(): WalRelayStatus {
    const replication = this.replication.status();
    return {
      running: this.poll !== undefined,
      connected: replication.state === 'streaming' || replication.state === 'standby',
      shards: this.tenure?.lease.isCertain === true ? this.tenure.lease.tokens.size : 0,
      failingTopics: [...this.failing],
      sinceTurnMs: replication.sinceProgressMs,
      failure: replication.failure,
      replication,
    };
  }

  private sink(): ReplicationSink<WalRecord> {
    return {
      prepare: (preparation) => this.prepare(preparation),
      relation: (relation) => this.reader.describe(relation),
      change: ({ after }, transaction, take) => {
        const record = this.reader.read(after!, transaction);
        take(record, OVERHEAD_BYTES + (record.payload?.length ?? 0));
      },
      publish: async (records) => {
        await this.tenure!.publishing.publish(records);
        this.failing.clear();
      },
      settle: () => this.tenure!.publishing.settle(),
    };
  }

  private replicationObserver(): ReplicationObserver {
    const { observer } = this;
    return {
      streaming: () => observer.streaming?.(),
      standingBy: (reason) => observer.standingBy?.(reason),
      failed: (error, retryAfterMs) => {
        const topic = error instanceof TopicFailure ? error.topic : 'all';
        this.failing.add(topic);
        observer.failed?.(topic, error instanceof TopicFailure ? error.cause : error, retryAfterMs);
      },
      fenced: () => observer.fenced?.(0),
      disconnected: (error) => observer.disconnected?.(error),
      stopped: (error) => {
        observer.stopped?.(error);
        // Another relay goes on.
        void this.endTenure((session) => session.releaseShards());
      },
    };
  }

  private async prepare(preparation: SlotPreparation<WalRecord>): Promise<void> {
    await this.endTenure();
    const session = await RelaySession.open(this.dataSource, this.relayId, () => this.lookForReleased());
    try {
      await this.beginTenure(session, preparation);
    } catch (error) {
      if (this.tenure) await this.endTenure();
      else await session.close().catch(() => undefined);
      throw error;
    }
  }

  private async beginTenure(session: RelaySession, preparation: SlotPreparation<WalRecord>): Promise<void> {
    const askedMs = performance.now();
    const claimed = await session.claimAllShards(this.leaseMs);
    if (!claimed) throw new ReplicationError('REPLICATION_SLOT_IN_USE', 'another relay publishes from the table');
    const { tokens, sumBefore } = claimed;
    const lease = new ShardLease(session, tokens, this.leaseMs, askedMs);
    const { publisher, observer, slot, rows } = this;
    const sum = [...tokens.values()].reduce((left, right) => left + right, 0n);
    try {
      const reason = await reasonToTakeOver(session, slot, preparation, sumBefore);
      const held = await HeldAggregates.load(session, tokens);
      const publishing = new WalPublishing({ publisher, session, lease, held, rows, observer });
      this.tenure = { session, lease, publishing };
      if (reason !== undefined) await this.takeOver(preparation, reason, sum);
      await rememberState(session, slot, 'stream', sum);
    } catch (error) {
      lease.end();
      throw error;
    }
    this.lookForReleased();
  }

  private async takeOver(preparation: SlotPreparation<WalRecord>, reason: string, sum: bigint): Promise<void> {
    const { session, publishing } = this.tenure!;
    this.observer.takingOver?.(reason);
    await rememberState(session, this.slot, 'takeover', sum);
    await preparation.control.dropSlot();
    await preparation.createSlot(() => publishPending(preparation, publishing));
  }

  private async endTenure(last?: (session: RelaySession) => Promise<void>): Promise<void> {
    const { tenure } = this;
    // No look begins any more, and the one under way ends: two calls for one topic must not overlap.
    this.tenure = undefined;
    await this.releasing;
    if (!tenure) return;
    tenure.lease.end();
    await last?.(tenure.session).catch(() => undefined);
    await tenure.session.close().catch(() => undefined);
  }

  /** Called when an operator may have released an aggregate, and now and then. */
  private lookForReleased(): void {
    const { tenure } = this;
    if (!tenure || this.releasing) return;
    const currentLsn = async (): Promise<bigint> => {
      const [row] = await tenure.session.sql.query<{ lsn: string }[]>(
        'SELECT pg_current_wal_insert_lsn()::text AS lsn',
      );
      return parseLsn(row!.lsn);
    };
    this.releasing = tenure.publishing
      .publishReleased(currentLsn)
      // The next look tries again; a broken connection is met by the stream.
      .catch((error: unknown) => {
        if (error instanceof TopicFailure) this.observer.failed?.(error.topic, error.cause, this.pollMs);
      })
      .finally(() => {
        this.releasing = undefined;
      });
  }
}

/** The slot's name when none is given: slots are the whole server's, so the database's name is part of it. */
export function outboxSlotOf(dataSource: DataSource): string {
  const { database } = connectionOf(dataSource);
  return `outbox_${(database ?? 'postgres').toLowerCase().replace(/[^a-z0-9_]/g, '_')}`.slice(0, 63);
}
