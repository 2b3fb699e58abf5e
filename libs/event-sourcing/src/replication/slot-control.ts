/**
 * The ordinary connection beside a stream: makes and checks the publication, looks after the slot, writes heartbeats, and proves the
 * lease.
 *
 * The server frees a slot when it has not heard of its reader for `wal_sender_timeout`. It tells in `pg_stat_replication` when the
 * last status update that it has taken was sent, on the reader's own clock; so long after that the slot is certainly the reader's.
 */
import pg from 'pg';
import { Snapshot, sqlStateOf, Turns } from '../database/index.ts';
import { ReplicationError } from './replication-error.ts';
import { sessionSettings } from './replication-connection.ts';
import { parseLsn } from './lsn.ts';
import { type ReplicationSettings, type TableName } from './replication-options.ts';
import { sleep } from '../timing/index.ts';

export interface SlotState {
  /** Process id of the server's process that reads from it; undefined when nobody does. */
  readonly activeSenderId: number | undefined;
  /** `lost` when the server removed log that the slot needs. */
  readonly walStatus: string;
  readonly confirmedLsn: bigint;
  readonly currentLsn: bigint;
  readonly retainedBytes: number;
  /** When the last status update that the server has taken was sent, on the sender's clock, in milliseconds since 1970. */
  readonly lastStatusMs: number | undefined;
}

interface SlotRow {
  readonly plugin: string;
  readonly database: string;
  readonly here: string;
  readonly active_pid: number | null;
  readonly wal_status: string | null;
  readonly confirmed: string | null;
  readonly current: string;
  readonly retained: string | null;
  readonly reply_ms: number | null;
}

const HEARTBEAT_PREFIX = 'headwater';
const LOOK_MS = 5;

const SLOT = `
SELECT s.plugin, s.database, current_database() AS here, s.active_pid, s.wal_status, s.confirmed_flush_lsn AS confirmed,
  pg_current_wal_lsn() AS current, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::text AS retained,
  (extract(epoch FROM r.reply_time) * 1000)::float8 AS reply_ms
FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = $1`;

export class SlotControl {
  private readonly client: pg.Client;
  private readonly settings: ReplicationSettings;
  private readonly turns = new Turns();

  private constructor(client: pg.Client, settings: ReplicationSettings) {
    this.client = client;
    this.settings = settings;
  }

  static async open(settings: ReplicationSettings, onEnd: (error: unknown) => void): Promise<SlotControl> {
    const client = new pg.Client({ ...settings.connection, options: sessionSettings, keepAlive: true });
    client.on('error', onEnd);
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw new ReplicationError('REPLICATION_DISCONNECTED', textOf(error), { cause: error });
    }
    client.on('end', () => onEnd(new Error('the connection to PostgreSQL ended')));
    return new SlotControl(client, settings);
  }

  /** Statements follow each other in the order of these calls: heartbeats and looks are due whatever is under way. */
  query<Row extends pg.QueryResultRow>(statement: string, values?: unknown[]): Promise<pg.QueryResult<Row>> {
    return this.turns.take(() => this.client.query<Row>(statement, values));
  }

  /** Rows as arrays of their columns. */
  queryArrays<Row extends unknown[]>(statement: pg.QueryArrayConfig): Promise<pg.QueryArrayResult<Row>> {
    return this.turns.take(() => this.client.query<Row>(statement));
  }

  /** @throws ReplicationError REPLICATION_SLOT_MISMATCH @returns undefined when there is no such slot */
  async slot(): Promise<SlotState | undefined> {
    const { rows } = await this.query<SlotRow>(SLOT, [this.settings.slot]);
    const row = rows[0];
    if (!row) return undefined;
    if (row.plugin !== 'pgoutput' || row.database !== row.here) {
      throw new ReplicationError(
        'REPLICATION_SLOT_MISMATCH',
        `slot ${this.settings.slot} belongs to plugin ${row.plugin} and database ${row.database}: choose another name, or drop it`,
      );
    }
    return {
      activeSenderId: row.active_pid ?? undefined,
      walStatus: row.wal_status ?? 'lost',
      confirmedLsn: row.confirmed ? parseLsn(row.confirmed) : 0n,
      currentLsn: parseLsn(row.current),
      retainedBytes: Number(row.retained ?? 0),
      lastStatusMs: row.reply_ms ?? undefined,
    };
  }

  /** Does nothing when there is no such slot. @throws ReplicationError REPLICATION_SLOT_IN_USE */
  async dropSlot(): Promise<void> {
    const sql = 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1';
    try {
      await this.query(sql, [this.settings.slot]);
    } catch (error) {
      if (sqlStateOf(error) !== '55006') throw error;
      throw new ReplicationError('REPLICATION_SLOT_IN_USE', textOf(error), { cause: error });
    }
  }

  /**
   * Begins a transaction on an exported snapshot, once other statements see all that it shows. A slot's snapshot is made from the log,
   * which is ahead: a commit that is not entered in the server's books yet would be taken for one that was rolled back.
   *
   * @throws ReplicationError when `ended` is aborted meanwhile
   */
  async beginAt(snapshotName: string, ended: AbortSignal): Promise<void> {
    await this.beginRead(snapshotName);
    const shown = await this.snapshot();
    await this.query('COMMIT');
    while (!(await this.snapshot()).seesAllOf(shown)) {
      await sleep(LOOK_MS, ended);
      if (ended.aborted) throw new ReplicationError('REPLICATION_DISCONNECTED', 'the preparation was interrupted');
    }
    await this.beginRead(snapshotName);
  }

  private async beginRead(snapshotName: string): Promise<void> {
    await this.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await this.query(`SET TRANSACTION SNAPSHOT '${snapshotName}'`);
  }

  private async snapshot(): Promise<Snapshot> {
    const { rows } = await this.query<{ snapshot: string }>(Snapshot.query);
    return Snapshot.parse(rows[0]!.snapshot);
  }

  /** Something in the log for the slot to go forward by, although none of its tables changes. */
  async beat(): Promise<void> {
    await this.query('SELECT pg_logical_emit_message(false, $1, $2)', [HEARTBEAT_PREFIX, this.settings.slot]);
  }

  /** Makes the publication, or checks the one that is there. @throws ReplicationError */
  async ensurePublication(): Promise<void> {
    const { publication, operations } = this.settings;
    await this.assertTables();
    const { rows } = await this.query<Record<string, boolean>>(
      `SELECT pubinsert AS insert, pubupdate AS update, pubdelete AS delete, pubtruncate AS truncate
       FROM pg_publication WHERE pubname = $1`,
      [publication],
    );
    const found = rows[0];
    if (!found) {
      await this.createPublication();
      return;
    }
    const missing = operations.filter((operation) => found[operation] !== true);
    const absent = await this.unpublished();
    if (missing.length === 0 && absent.length === 0) return;
    const complaints = [...missing, ...absent.map(({ schema, table }) => `${schema}.${table}`)].join(', ');
    throw new ReplicationError(
      'PUBLICATION_MISMATCH',
      `publication ${publication} leaves out ${complaints}: ALTER PUBLICATION ${publication} ` +
        `${absent.length > 0 ? 'ADD TABLE …' : `SET (publish = '${operations.join(', ')}')`}, or drop it to have it made anew`,
    );
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private async createPublication(): Promise<void> {
    const { publication, tables, operations } = this.settings;
    const names = tables.map(({ schema, table }) => `${identifier(schema)}.${identifier(table)}`).join(', ');
    const options = `publish = '${operations.join(', ')}', publish_via_partition_root = true`;
    const sql = `CREATE PUBLICATION ${identifier(publication)} FOR TABLE ${names} WITH (${options})`;
    try {
      await this.query(sql);
    } catch (error) {
      const state = sqlStateOf(error);
      // Another reader made it at the same time.
      if (state === '42710' || state === '23505') return;
      if (state !== '42501') throw error;
      throw new ReplicationError('REPLICATION_NOT_PERMITTED', `${textOf(error)}: have the owner run ${sql}`, {
        cause: error,
      });
    }
  }

  private async assertTables(): Promise<void> {
    for (const { schema, table } of this.settings.tables) {
      const name = `${identifier(schema)}.${identifier(table)}`;
      const { rows } = await this.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [name]);
      if (rows[0]?.there !== true)
        throw new ReplicationError('TABLE_MISSING', `table ${schema}.${table} does not exist: run its migration first`);
    }
  }

  private async unpublished(): Promise<TableName[]> {
    const { rows } = await this.query<{ schema: string; table: string }>(
      'SELECT schemaname AS schema, tablename AS table FROM pg_publication_tables WHERE pubname = $1',
      [this.settings.publication],
    );
    const published = new Set(rows.map(({ schema, table }) => `${schema}.${table}`));
    return this.settings.tables.filter(({ schema, table }) => !published.has(`${schema}.${table}`));
  }
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
