/**
 * Watches what holds readers of all events back.
 *
 * Readers see events below the oldest transaction that is still open and has written something, anywhere on the server. One
 * that was forgotten (a session idle in its transaction, a prepared transaction without an end) stops every projection, and
 * nothing fails: so somebody has to look, and to say who it is.
 */
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { sleep } from '../timing/index.ts';
import { type EventStore } from './event-store.ts';

/** The transaction that has been open for longest, of those that have written. */
export interface BarrierHolder {
  /** Process id of its backend, for `pg_terminate_backend`; undefined for a prepared transaction. */
  readonly pid: number | undefined;
  /** `application_name` of its session, or the name of a prepared transaction. */
  readonly name: string;
  /** `idle in transaction`, `active`, `prepared` … */
  readonly state: string;
  readonly openMs: number;
}

/** Readers of all events are behind for too long. */
export interface BarrierAlarm {
  /** Events that are stored and cannot be read. */
  readonly waitingEvents: number;
  /** How long the oldest of them has waited. */
  readonly ageMs: number;
  /** Undefined when it ended while it was looked for. */
  readonly holder: BarrierHolder | undefined;
}

/** When a watch looks, and when it calls. */
export interface BarrierWatchOptions {
  /** Age of the oldest waiting event from which on it is an alarm; 10,000 by default. */
  readonly alarmMs?: number;
  /** Pause between looks; 5,000 by default. */
  readonly intervalMs?: number;
  /** Called at the first look that finds an alarm, and once more when it is over (with undefined). */
  readonly onAlarm?: (alarm: BarrierAlarm | undefined) => void;
}

/** Looks regularly from `start` to `stop`, and logs who holds the barrier. */
export class BarrierWatch {
  private readonly logger = new Logger('EventStore');
  private readonly stopping = new AbortController();
  private readonly options: Required<Omit<BarrierWatchOptions, 'onAlarm'>> & Pick<BarrierWatchOptions, 'onAlarm'>;
  private running: Promise<void> | undefined;
  private alarmed = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    { alarmMs = 10_000, intervalMs = 5_000, onAlarm }: BarrierWatchOptions = {},
  ) {
    for (const [name, value] of Object.entries({ alarmMs, intervalMs }))
      if (!Number.isSafeInteger(value) || value < 1)
        throw new RangeError(`barrier option ${name} must be a whole number of at least 1, not ${value}`);
    this.options = { alarmMs, intervalMs, ...(onAlarm && { onAlarm }) };
  }

  start(): void {
    this.running ??= this.watch();
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        // The database is away, which others tell.
        this.logger.debug(`the barrier was not looked at: ${Error.isError(error) ? error.message : String(error)}`);
      }
      await sleep(this.options.intervalMs, signal);
    }
  }

  private async look(): Promise<void> {
    const { waitingEvents, ageMs } = await this.store.barrier();
    if (ageMs < this.options.alarmMs) {
      if (this.alarmed) this.logger.log('readers of all events go on: the transaction that held them back has ended');
      if (this.alarmed) this.options.onAlarm?.(undefined);
      this.alarmed = false;
      return;
    }
    if (this.alarmed) return;
    this.alarmed = true;
    const holder = await barrierHolder(this.dataSource);
    this.logger.error(
      `${waitingEvents} events cannot be read since ${Math.round(ageMs / 1000)} s, because a transaction is open: ${described(holder)}`,
    );
    this.options.onAlarm?.({ waitingEvents, ageMs, holder });
  }
}

function described(holder: BarrierHolder | undefined): string {
  if (!holder) return 'it ended meanwhile';
  const { pid, name, state, openMs } = holder;
  const since = `${state}, open for ${Math.round(openMs / 1000)} s`;
  return pid === undefined
    ? `prepared transaction '${name}' (${since}); end it by COMMIT PREPARED or ROLLBACK PREPARED`
    : `'${name}', process ${pid} (${since}); end it, or call pg_terminate_backend(${pid})`;
}

/** Finds the oldest open transaction of the server that has written, be it prepared or at work. */
async function barrierHolder(dataSource: DataSource): Promise<BarrierHolder | undefined> {
  const rows = await dataSource.query<{ pid: number | null; name: string; state: string; open_ms: number }[]>(
    `SELECT pid, name, state, extract(epoch FROM clock_timestamp() - since)::float8 * 1000 AS open_ms
     FROM (
       SELECT pid, coalesce(nullif(application_name, ''), usename, 'unknown') AS name, coalesce(state, 'unknown') AS state,
         xact_start AS since, backend_xid AS xid
       FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
       UNION ALL
       SELECT NULL, gid, 'prepared', prepared, transaction FROM pg_prepared_xacts
     ) AS open ORDER BY age(xid) DESC LIMIT 1`,
  );
  const [oldest] = rows;
  if (!oldest) return undefined;
  const { pid, name, state, open_ms: openMs } = oldest;
  return { pid: pid ?? undefined, name, state, openMs };
}
