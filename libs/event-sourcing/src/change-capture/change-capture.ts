/**
 * Captures the changes of tables into topics: what is there first, then every change in order of commit.
 *
 * A change is published at least once; after a crash or a lost connection some come again, in the same order, never one less. The
 * changes of a key stay in order. `source.sequence` never goes back but for repetitions, so that a reader can leave out what it has seen.
 */
import {
  ReplicationError,
  ReplicationSession,
  type Relation,
  type ReplicationSink,
  type SlotPreparation,
} from '../replication/index.ts';
import {
  assertKey,
  tablesToCapture,
  type CaptureObserver,
  type CaptureOptions,
  type CaptureProgress,
  type CaptureStatus,
  type TableToCapture,
} from './capture-options.ts';
import { ProgressTable } from './capture-progress.ts';
import { CaptureRecords, type CapturedRecord } from './capture-record.ts';
import { type ChangePublisher } from './change-publisher.ts';
import { EnvelopeEncoder } from './envelope.ts';
import { describeTable, publishSnapshot } from './initial-snapshot.ts';
import { publishChanges } from './publish-changes.ts';

export class ChangeCapture {
  private readonly options: CaptureOptions;
  private readonly publisher: ChangePublisher;
  private readonly observer: CaptureObserver;
  private readonly tables: ReadonlyMap<string, TableToCapture>;
  private readonly session: ReplicationSession<CapturedRecord>;
  private records: CaptureRecords | undefined;
  private snapshotRows: number | undefined;

  /** @throws RangeError */
  constructor(publisher: ChangePublisher, options: CaptureOptions) {
    this.options = options;
    this.publisher = publisher;
    this.observer = options.observer ?? {};
    this.tables = tablesToCapture(options.tables);
    const { connection, name, leaseMs, confirmMs, heartbeatMs, retryMs, maxBufferedBytes, maxBatchBytes } = options;
    const given = { leaseMs, confirmMs, heartbeatMs, retryMs, maxBufferedBytes, maxBatchBytes };
    this.session = new ReplicationSession(
      {
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
        ...(options.maxBackoffMs === undefined ? {} : { maxBackoffMs: options.maxBackoffMs }),
        connection,
        slot: name,
        publication: name,
        tables: [...this.tables.values()],
        observer: this.observer,
      },
      this.sink(),
    );
  }

  /** Starts; it waits for PostgreSQL and the broker on its own. */
  start(): void {
    this.session.start();
  }

  /** Ends after the publication under way. The slot stays, and with it the log from the confirmed place on. */
  async stop(): Promise<void> {
    await this.session.stop();
  }

  status(): CaptureStatus {
    return { ...this.session.status(), snapshotRows: this.snapshotRows };
  }

  private sink(): ReplicationSink<CapturedRecord> {
    return {
      prepare: (preparation) => this.prepare(preparation),
      relation: (relation) => this.records!.describe(relation),
      change: (change, transaction, take) => this.records!.change(change, transaction, take),
      truncate: (relation, lsn, transaction, take) => this.records!.truncate(relation, lsn, transaction, take),
      publish: (records) => publishChanges(this.publisher, records, (record, error) => this.refused(record, error)),
    };
  }

  private refused({ topic, key, value }: CapturedRecord, error: Error): void {
    if (this.options.onRefused === 'skip') {
      this.observer.refused?.(topic, key, error);
      return;
    }
    throw new ReplicationError(
      'RECORD_REFUSED',
      `topic ${topic} will never take the change of key ${key} (${value?.length ?? 0} bytes): ${error.message}. ` +
        `Mend the topic or the row, or set onRefused: 'skip' to leave such records out`,
      { cause: error },
    );
  }

  /** One process prepares at a time; the others stand by. */
  private async prepare(preparation: SlotPreparation<CapturedRecord>): Promise<void> {
    const { control } = preparation;
    const { name } = this.options;
    const lock = `hashtextextended('change_captures/' || $1, 0)`;
    const { rows } = await control.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${lock}) AS locked`, [name]);
    if (rows[0]?.locked !== true)
      throw new ReplicationError('REPLICATION_SLOT_IN_USE', `capture ${name} is being prepared by another process`);
    await this.describe(preparation);
    await this.prepareSlot(preparation);
    await control.query(`SELECT pg_advisory_unlock(${lock})`, [name]);
  }

  /** @returns the tables as they are, after they were checked */
  private async describe(preparation: SlotPreparation<CapturedRecord>): Promise<Relation[]> {
    const { name, messageIdHeader } = this.options;
    const database = await preparation.control.query<{ name: string }>('SELECT current_database() AS name');
    const names = { name, database: database.rows[0]!.name };
    const relations: Relation[] = [];
    for (const table of this.tables.values()) {
      const relation = await describeTable(preparation, name, table);
      assertKey(table, relation.columns);
      relations.push(relation);
    }
    const encoding = this.options.encoding ?? ((source, relation) => new EnvelopeEncoder(source, relation));
    this.records = new CaptureRecords(names, this.tables, messageIdHeader, encoding, (table, columns) =>
      this.observer.schemaChanged?.(table, columns),
    );
    for (const relation of relations) this.records.describe(relation);
    return relations;
  }

  private async prepareSlot(preparation: SlotPreparation<CapturedRecord>): Promise<void> {
    const { name, snapshot, onLostSlot } = this.options;
    const progress = this.progressOf(preparation);
    const state = await progress.phase();
    // Not looked at before: the process that prepared until now may have made it since.
    const slot = await preparation.control.slot();
    const isThere = slot !== undefined && slot.walStatus !== 'lost';
    if (state === 'stream') {
      if (isThere) return;
      const reason = `slot ${name} ${slot ? 'needs log that the server has removed' : 'does not exist any more'}`;
      if (onLostSlot !== 'snapshot') throw lostSlot(reason, progress.forgetting);
      this.observer.slotLost?.(reason);
    } else if (state === undefined && slot) {
      if (snapshot !== 'never') throw unknownSlot(name);
      await progress.enter('stream');
      return;
    }
    await this.begin(preparation);
  }

  /** Makes the slot anew and, if it is wanted, publishes what is there. */
  private async begin(preparation: SlotPreparation<CapturedRecord>): Promise<void> {
    const { control } = preparation;
    const progress = this.progressOf(preparation);
    await progress.enter('snapshot');
    await control.dropSlot();
    let rows = 0;
    try {
      await preparation.createSlot(async (created) => {
        if (this.options.snapshot === 'never') return;
        this.snapshotRows = 0;
        // Described within the snapshot's time: what changes later comes in the stream, with its own description.
        const relations = await this.describe(preparation);
        rows = await publishSnapshot({
          preparation,
          created,
          records: this.records!,
          relations,
          onRows: (relation, published) => {
            this.snapshotRows = published;
            this.observer.snapshotRows?.(relation, published);
          },
        });
      });
    } finally {
      this.snapshotRows = undefined;
    }
    await progress.enter('stream', rows);
    this.observer.snapshotEnded?.(rows);
  }

  private progressOf({ control }: SlotPreparation<CapturedRecord>): CaptureProgress {
    return this.options.progress ?? new ProgressTable(control, this.options.name);
  }
}

function lostSlot(reason: string, forgetting: string): ReplicationError {
  return new ReplicationError(
    'REPLICATION_SLOT_LOST',
    `${reason}: changes since its confirmed place are missing from the topics. Start with onLostSlot: 'snapshot' to publish every row ` +
      `anew (deleted ones stay in compacted topics), or ${forgetting}; and raise max_slot_wal_keep_size`,
  );
}

function unknownSlot(name: string): ReplicationError {
  return new ReplicationError(
    'REPLICATION_SLOT_MISMATCH',
    `slot ${name} exists but was not made by this capture: drop it to begin with a snapshot, or start with snapshot: 'never' to go on ` +
      `from where it stands`,
  );
}
