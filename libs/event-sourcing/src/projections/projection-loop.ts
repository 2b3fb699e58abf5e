/**
 * Keeps one projection up to date while its host has the projection's lock, and rebuilds it beside when that is asked for.
 *
 * The lock saves work; correctness does not rest on it: whoever moves a checkpoint must find it where it was read.
 */
import type { DataSource } from 'typeorm';
import { comparePositions, START_OF_LOG, type EventStore, type GlobalPosition } from '../event-store/index.ts';
import { sleep, WakeUp } from '../timing/index.ts';
import { AppliedPages, CheckpointMoved, EventFailed } from './applied-pages.ts';
import { PageReader } from './page-reader.ts';
import {
  findProjection,
  insertProjection,
  moveCheckpoint,
  noteFailure,
  type ProjectionState,
} from './projection-checkpoints.ts';
import { type ProjectionSettings } from './projection-options.ts';
import { assertTables, ProjectionRebuild } from './projection-rebuild.ts';
import { type ProjectionSession } from './projection-session.ts';
import { type Projection } from './projection.ts';

/** How often a host that waits for another one's lock looks again. */
const STANDBY_MS = 1000;
const FIRST_BACKOFF_MS = 100;

export class ProjectionLoop {
  readonly wakeUp = new WakeUp();
  /** How far the tables are, as far as this process knows. */
  position: GlobalPosition = START_OF_LOG;
  /** Whether this process keeps it up to date now. */
  active = false;
  private readonly pages: AppliedPages;
  private readonly moved: (position: GlobalPosition) => void;
  private rebuilding: Promise<void> | undefined;
  private backoffMs = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    readonly projection: Projection,
    private readonly settings: ProjectionSettings,
    moved: () => void,
  ) {
    const { name, version, eventTypes } = projection;
    this.moved = (position) => {
      this.position = position;
      moved();
    };
    this.pages = new AppliedPages(
      dataSource,
      new PageReader(store, eventTypes),
      {
        moveCheckpoint: (transaction, from, to) => moveCheckpoint(transaction, name, version, from, to),
        apply: (transaction, events) => projection.apply(transaction, events),
      },
      settings.maxBatchEvents,
    );
  }

  /** Runs until the session ends or `stop` is aborted. @throws when PostgreSQL is lost */
  async run(session: ProjectionSession, stop: AbortSignal): Promise<void> {
    const { name, version } = this.projection;
    const ended = AbortSignal.any([stop, session.ended.signal]);
    try {
      while (!ended.aborted) {
        if (await session.tryLock(name, version)) await this.serve(session, ended);
        else await sleep(STANDBY_MS, ended);
      }
    } finally {
      this.active = false;
      await this.rebuilding;
    }
  }

  private async serve(session: ProjectionSession, ended: AbortSignal): Promise<void> {
    const { name, version } = this.projection;
    let idleMs = this.settings.firstPollMs;
    let saidSuperseded = false;
    for (;;) {
      const state = (await findProjection(this.dataSource, name)) ?? (await this.create());
      // The end came while it looked: nothing may begin any more, a rebuild least of all.
      if (ended.aborted) return;
      this.active = state.version === version;
      if (state.version > version) {
        if (!saidSuperseded) this.settings.observer.superseded?.(name, state.version);
        saidSuperseded = true;
        await sleep(STANDBY_MS, ended);
        continue;
      }
      if (this.needsRebuild(state)) this.rebuilding ??= this.rebuild(ended);
      if (!this.active) {
        await this.wakeUp.sleep(STANDBY_MS);
        continue;
      }
      const progressed = await this.advance(state.position, ended);
      if (progressed) idleMs = this.settings.firstPollMs;
      else idleMs = await this.rest(session, idleMs);
    }
  }

  /** @returns whether there may be more to do at once. */
  private async advance(from: GlobalPosition, ended: AbortSignal): Promise<boolean> {
    const { name } = this.projection;
    if (this.backoffMs === 0) this.moved(from);
    try {
      const page = await this.pages.advance(from);
      this.backoffMs = 0;
      this.moved(page.position);
      if (page.events.length > 0) this.settings.observer.applied?.(name, page.events.length);
      return comparePositions(page.position, from) !== 0;
    } catch (error) {
      if (error instanceof CheckpointMoved) return true;
      await this.backOff(error, ended);
      return true;
    }
  }

  /** Says what failed and waits; the failure of the database itself is thrown. */
  private async backOff(error: unknown, ended: AbortSignal): Promise<void> {
    if (!(error instanceof EventFailed)) throw error;
    const { name } = this.projection;
    this.backoffMs = Math.min(this.settings.maxBackoffMs, this.backoffMs === 0 ? FIRST_BACKOFF_MS : this.backoffMs * 2);
    const { cause, event } = error;
    await noteFailure(this.dataSource, name, event.eventId, cause instanceof Error ? cause.message : String(cause));
    this.settings.observer.failed?.(name, event.eventId, cause, this.backoffMs);
    await sleep(this.backoffMs, ended);
  }

  /**
   * Waits for a notification, with looks as the safety net: a writer that was under way when the projection went to sleep does
   * not notify, and an event that is there may have to wait for another transaction. @returns the next pause.
   */
  private async rest(session: ProjectionSession, idleMs: number): Promise<number> {
    const { name } = this.projection;
    await session.setSleeping(name, true);
    await this.wakeUp.sleep(idleMs);
    await session.setSleeping(name, false);
    return Math.min(idleMs * 2, this.settings.pollMs);
  }

  private async create(): Promise<NonNullable<Awaited<ReturnType<typeof findProjection>>>> {
    const { name, version, tables } = this.projection;
    await this.dataSource.transaction(async (transaction) => {
      if (!(await insertProjection(transaction, name, version))) return;
      await this.projection.createTables(transaction);
      const [row] = await transaction.query<{ schema: string }[]>('SELECT current_schema() AS schema');
      await assertTables(transaction, row!.schema, this.projection, tables);
    });
    return (await findProjection(this.dataSource, name))!;
  }

  private needsRebuild({ version, rebuildRequested, rebuild }: ProjectionState): boolean {
    const own = this.projection.version;
    return version < own || rebuildRequested || rebuild?.version === own;
  }

  private async rebuild(ended: AbortSignal): Promise<void> {
    const { name, version } = this.projection;
    try {
      // Another rebuild may have ended since the caller looked.
      const state = await findProjection(this.dataSource, name);
      if (!state || !this.needsRebuild(state)) return;
      const rebuild = new ProjectionRebuild(this.dataSource, this.store, this.projection, this.settings);
      await rebuild.prepare();
      let backoffMs = 0;
      while (!ended.aborted) {
        try {
          if (await rebuild.advance()) {
            this.settings.observer.rebuilt?.(name, version);
            return;
          }
          backoffMs = 0;
        } catch (error) {
          if (error instanceof CheckpointMoved) return;
          backoffMs = Math.min(this.settings.maxBackoffMs, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
          await this.delayRebuild(error, backoffMs, ended);
        }
      }
    } catch (error) {
      this.settings.observer.rebuildDelayed?.(name, error);
      await sleep(STANDBY_MS, ended);
    } finally {
      this.rebuilding = undefined;
      this.wakeUp.call();
    }
  }

  private async delayRebuild(error: unknown, backoffMs: number, ended: AbortSignal): Promise<void> {
    const { name } = this.projection;
    if (error instanceof EventFailed) {
      const reason = error.cause instanceof Error ? error.cause.message : String(error.cause);
      await noteFailure(this.dataSource, name, error.event.eventId, reason);
      this.settings.observer.failed?.(name, error.event.eventId, error.cause, backoffMs);
    } else this.settings.observer.rebuildDelayed?.(name, error);
    await sleep(backoffMs, ended);
  }
}
