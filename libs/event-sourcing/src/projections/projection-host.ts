/**
 * Runs a service's projections. Any number of processes may do so: of each projection one keeps the tables up to date, and another
 * takes over when it ends.
 */
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { comparePositions, START_OF_LOG, type EventStore, type GlobalPosition } from '../event-store/index.ts';
import { sleep } from '../timing/index.ts';
import { findProjection } from './projection-checkpoints.ts';
import { ProjectionError } from './projection-error.ts';
import { ProjectionLoop } from './projection-loop.ts';
import { projectionSettings, type ProjectionHostOptions, type ProjectionSettings } from './projection-options.ts';
import { ProjectionSession } from './projection-session.ts';
import { assertProjection, type Projection } from './projection.ts';

const RECONNECT_WAIT_MS = 250;
const BEAT_MS = 15_000;
const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 50;

/** How long `waitForPosition` waits. */
export interface WaitOptions {
  /** 5000 by default. */
  readonly timeoutMs?: number;
}

/** Runs the projections of a process from `start` to `stop`. Of several hosts on one database, each projection has one at a time. */
export class ProjectionHost {
  private readonly settings: ProjectionSettings;
  private readonly loops: ReadonlyMap<string, ProjectionLoop>;
  private readonly waiting = new Set<() => void>();
  private stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** @throws RangeError when a projection or an option is not as it must be */
  constructor(
    private readonly dataSource: DataSource,
    store: EventStore,
    projections: readonly Projection[],
    options: ProjectionHostOptions = {},
  ) {
    this.settings = projectionSettings(options);
    const loops = new Map<string, ProjectionLoop>();
    for (const projection of projections) {
      assertProjection(projection);
      if (loops.has(projection.name)) throw new RangeError(`two projections are named ${projection.name}`);
      const moved = (): void => this.waiting.forEach((look) => look());
      loops.set(projection.name, new ProjectionLoop(dataSource, store, projection, this.settings, moved));
    }
    this.loops = loops;
  }

  /** Starts; it waits for PostgreSQL on its own. */
  start(): void {
    if (this.running) return;
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  /** Finishes the pages under way, gives up the locks and ends. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeAll();
    await this.running;
    this.running = undefined;
  }

  /** Waits until each projection has its tables, or no longer than `waitForPosition` does: what fails by then the observer is told. */
  async begun(options: WaitOptions = {}): Promise<void> {
    await Promise.allSettled([...this.loops.keys()].map((name) => this.waitForPosition(name, START_OF_LOG, options)));
  }

  /**
   * Waits until a projection has applied everything up to a position, for example that of an append: who has written then
   * reads what they wrote. It works in each process that has the projection's database, also where another one runs it.
   *
   * @throws ProjectionError POSITION_NOT_REACHED, UNKNOWN_PROJECTION
   */
  async waitForPosition(name: string, position: GlobalPosition, options: WaitOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? 5000;
    const deadlineMs = performance.now() + timeoutMs;
    const loop = this.loops.get(name);
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(LAST_LOOK_MS, lookMs * 2)) {
      if (loop?.active && comparePositions(loop.position, position) >= 0) return;
      const state = await findProjection(this.dataSource, name);
      if (state && comparePositions(state.position, position) >= 0) return;
      if (!state && !loop) {
        throw new ProjectionError('UNKNOWN_PROJECTION', `no projection ${name} has run on this database`);
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        const message = `projection ${name} did not come to event ${position.position} within ${timeoutMs} ms`;
        throw new ProjectionError('POSITION_NOT_REACHED', message);
      }
      await this.nextLook(Math.min(leftMs, lookMs));
    }
  }

  /** Until a projection of this process moves, or a time is over. */
  private async nextLook(waitMs: number): Promise<void> {
    const moved = new AbortController();
    const look = (): void => moved.abort();
    this.waiting.add(look);
    await sleep(waitMs, moved.signal);
    this.waiting.delete(look);
  }

  private readonly wakeAll = (): void => {
    for (const loop of this.loops.values()) loop.wakeUp.call();
  };

  private async run(stop: AbortSignal): Promise<void> {
    const hostId = randomUUID();
    while (!stop.aborted) {
      let session: ProjectionSession | undefined;
      try {
        session = await ProjectionSession.open(this.dataSource, hostId, this.wakeAll);
        await this.serve(session, stop);
      } catch (error) {
        this.settings.observer.disconnected?.(error);
        await sleep(RECONNECT_WAIT_MS, stop);
      } finally {
        await session?.close().catch(() => undefined);
      }
    }
  }

  /** Runs all loops on one session; when one of them loses PostgreSQL the others end, too, and all begin anew. */
  private async serve(session: ProjectionSession, stop: AbortSignal): Promise<void> {
    const beating = this.beat(session, stop);
    const loops = [...this.loops.values()].map(async (loop) => {
      try {
        await loop.run(session, stop);
      } finally {
        session.ended.abort();
        this.wakeAll();
      }
    });
    const results = await Promise.allSettled([beating, ...loops]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    // Loops that stood by, or looked elsewhere just then, have met no error of it.
    if (session.lost) throw session.lost;
  }

  private async beat(session: ProjectionSession, stop: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([stop, session.ended.signal]);
    for (;;) {
      await sleep(BEAT_MS, ended);
      if (ended.aborted) return;
      await session.beat();
    }
  }
}
