/**
 * A host's own connection to PostgreSQL: its locks, which the server gives up when the connection ends, and the notifications. Any
 * error of it ends the session; the host opens another.
 */
import { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import { Turns, type SqlExecutor } from '../database/index.ts';

/** A host that was not seen for so long is gone: writers need not notify it. */
const HOST_GONE = '1 minute';

export class ProjectionSession {
  /** Aborted when the connection ends. */
  readonly ended = new AbortController();
  /** Why the connection ended, when it was not closed. */
  lost: Error | undefined;
  private readonly runner: QueryRunner;
  /** For the host and each of its loops. */
  private readonly sql: SqlExecutor;
  private readonly locks = new Set<string>();
  private readonly sleepers = new Set<string>();
  private connection: EventEmitter | undefined;
  private readonly end = (error = new Error('the connection to PostgreSQL ended')): void => {
    this.lost ??= error;
    this.ended.abort();
    this.wakeAll();
  };

  private constructor(
    dataSource: DataSource,
    private readonly hostId: string,
    private readonly wakeAll: () => void,
  ) {
    this.runner = dataSource.createQueryRunner();
    this.sql = new Turns().of(this.runner.manager);
  }

  /** Connects and listens. `wakeAll` is called when events may have come, and when the connection ends. */
  static async open(dataSource: DataSource, hostId: string, wakeAll: () => void): Promise<ProjectionSession> {
    const session = new ProjectionSession(dataSource, hostId, wakeAll);
    try {
      const connection: unknown = await session.runner.connect();
      if (!(connection instanceof EventEmitter)) throw new TypeError('projections need TypeORM on the pg driver');
      session.connection = connection;
      connection.on('notification', wakeAll);
      for (const event of ['error', 'end']) connection.on(event, session.end);
      await session.runner.query('LISTEN projections');
      await session.enter(false);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Gives up the locks and the connection; a broken one is thrown away by the pool. */
  async close(): Promise<void> {
    if (this.connection && !this.runner.isReleased) {
      await this.sql.query('DELETE FROM projection_hosts WHERE host_id = $1', [this.hostId]).catch(() => undefined);
      await this.sql.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
      await this.sql.query('UNLISTEN *').catch(() => undefined);
    }
    this.connection?.off('notification', this.wakeAll);
    for (const event of ['error', 'end']) this.connection?.off(event, this.end);
    if (!this.runner.isReleased) await this.runner.release();
    this.ended.abort();
  }

  /** Makes this host the only one that runs a projection of this version. Hosts of two versions may run side by side. */
  async tryLock(name: string, version: number): Promise<boolean> {
    const key = `projection/${name}/${version}`;
    if (this.locks.has(key)) return true;
    const sql = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked';
    const [row] = await this.sql.query<{ locked: boolean }[]>(sql, [key]);
    if (row!.locked) this.locks.add(key);
    return row!.locked;
  }

  /** Says whether a projection waits for events, so that writers notify while one does. */
  async setSleeping(name: string, sleeping: boolean): Promise<void> {
    const before = this.sleepers.size > 0;
    if (sleeping) this.sleepers.add(name);
    else this.sleepers.delete(name);
    const after = this.sleepers.size > 0;
    if (after !== before) await this.enter(after);
  }

  private async enter(sleeping: boolean): Promise<void> {
    await this.sql.query(
      `INSERT INTO projection_hosts (host_id, seen_at, sleeping) VALUES ($1, clock_timestamp(), $2)
       ON CONFLICT (host_id) DO UPDATE SET seen_at = clock_timestamp(), sleeping = $2`,
      [this.hostId, sleeping],
    );
  }

  /** Says that the host lives, and forgets those that do not. */
  async beat(): Promise<void> {
    await this.enter(this.sleepers.size > 0);
    await this.sql.query(`DELETE FROM projection_hosts WHERE seen_at < clock_timestamp() - interval '${HOST_GONE}'`);
  }
}
