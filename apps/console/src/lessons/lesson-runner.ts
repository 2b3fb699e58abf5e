/**
 * Runs one lesson at a time: two faults at once would teach neither. What a lesson changed is undone when it is reset, when another one
 * begins, when nobody has touched it for a while, when the console stops, and, after a console that was killed, by the next one.
 *
 * Concurrency: what is asked for is done one after another, in order.
 */
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createKafkajsClient, systemClock } from '@headwater/messaging';
import { KafkaConfig, Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ConsoleConfig } from '../console-config.ts';
import { ServiceAddresses } from '../services/service-addresses.ts';
import { LauncherDoor } from './launcher-door.ts';
import type { Lesson, RunningLesson } from './lesson.ts';
import { LessonBoard } from './lesson-board.ts';
import { LessonNotes } from './lesson-notes.ts';
import { LessonStage, type StageParts } from './lesson-stage.ts';
import type { LessonDescription, LessonId, LessonPhase, LessonState, Need } from './lesson-state.ts';
import { sweepLesson } from './lesson-sweep.ts';
import { lessons } from './lessons.ts';

/** Pages are told of changes so often at most. */
const TELL_MS = 80;
/** A lesson that nobody has touched for so long is over. */
const IDLE_MS = 15 * 60_000;
const RESTORE_PAUSE_MS = 2000;

interface Run {
  readonly lesson: Lesson;
  readonly stage: LessonStage;
  readonly board: LessonBoard;
  readonly choice: string;
  phase: LessonPhase;
  isFaulty: boolean;
  problem: string | null;
  running: RunningLesson | undefined;
}

@Injectable()
export class LessonRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Lessons');
  private readonly parts: StageParts;
  private readonly notes: LessonNotes;
  private readonly listeners = new Set<(state: LessonState | null) => void>();
  private run: Run | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private telling: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private restoring: NodeJS.Timeout | undefined;

  constructor(
    admin: ClusterAdmin,
    kafka: KafkaConfig,
    config: ConsoleConfig,
    addresses: ServiceAddresses,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    this.parts = {
      kafka: createKafkajsClient({
        clientId: `${context.name}-lessons`,
        ...kafka.cluster,
        clock: systemClock,
      }),
      admin,
      registryUrl: kafka.schemaRegistryUrl,
      databaseUrl: config.databaseUrl,
      launcher: new LauncherDoor(config),
      addressOf: (service) => addresses.of(service),
      stopping: context.stopping,
    };
    this.notes = new LessonNotes(this.parts.kafka);
  }

  onApplicationBootstrap(): void {
    this.restoreLater(0);
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.restoring);
    clearTimeout(this.idle);
    await this.inOrder(() => this.end()).catch(() => undefined);
    clearTimeout(this.telling);
  }

  describe(): LessonDescription[] {
    return lessons.map(({ id, title, teaches, words, steps, switch: switchWords, choices, watch, needs }) => ({
      ...{ id, title, teaches, words, steps, switch: switchWords, choices, watch },
      missing: this.missing(needs),
    }));
  }

  state(): LessonState | null {
    if (this.run === undefined) return null;
    const { lesson, board, choice, phase, isFaulty, problem } = this.run;
    return { id: lesson.id, phase, choice: choice === '' ? null : choice, isFaulty, problem, ...board.state() };
  }

  /** Tells `listener` the state after each change. */
  listen(listener: (state: LessonState | null) => void): void {
    this.listeners.add(listener);
  }

  /** Begins a lesson anew; another one that runs is undone first. */
  async begin(id: LessonId, wanted: string | undefined): Promise<void> {
    const lesson = lessonOf(id);
    const missing = this.missing(lesson.needs);
    if (missing !== null) throw new Problem({ status: 409, code: 'lesson-not-here', detail: missing });
    const choice = wanted ?? lesson.choices[0]?.id ?? '';
    if (choice !== '' && !lesson.choices.some((each) => each.id === choice)) {
      const known = lesson.choices.map((each) => each.id).join(', ');
      throw new Problem({ status: 400, code: 'choice-unknown', detail: `choice must be one of ${known}` });
    }
    await this.inOrder(async () => {
      await this.end();
      await this.start(lesson, choice);
    });
  }

  async setFault(id: LessonId, isOn: boolean): Promise<void> {
    await this.inOrder(async () => {
      const { run } = this;
      if (run?.lesson.id !== id || run.phase !== 'running' || run.running === undefined)
        throw new Problem({ status: 409, code: 'lesson-not-begun', detail: `Begin the lesson ${id} first` });
      this.stayAwake();
      if (run.isFaulty === isOn) return;
      await run.running.setFault(isOn);
      run.isFaulty = isOn;
      this.changed();
    });
  }

  /** Undoes everything that the lesson has changed. */
  async reset(id: LessonId): Promise<void> {
    await this.inOrder(async () => {
      if (this.run?.lesson.id === id) await this.end();
    });
  }

  private async start(lesson: Lesson, choice: string): Promise<void> {
    const board = new LessonBoard(() => this.changed());
    const stage = new LessonStage(lesson.id, this.parts, board);
    const run: Run = {
      ...{ lesson, stage, board, choice },
      ...{ phase: 'starting', isFaulty: false, problem: null, running: undefined },
    };
    this.run = run;
    this.changed();
    try {
      await this.notes.note(lesson.id);
      run.running = await lesson.begin(stage, choice);
      run.phase = 'running';
      this.stayAwake();
    } catch (error) {
      run.phase = 'failed';
      run.problem = error instanceof Error ? error.message : String(error);
      this.logger.warn(`${lesson.id} could not begin: ${run.problem}`);
    }
    this.changed();
  }

  private async end(): Promise<void> {
    const { run } = this;
    clearTimeout(this.idle);
    if (run === undefined) return;
    run.phase = 'resetting';
    this.changed();
    try {
      if (run.isFaulty) await run.running?.setFault(false);
    } catch (error) {
      this.logger.warn(`${run.lesson.id}: ${String(error)}`);
    }
    await run.stage.close();
    this.run = undefined;
    this.changed();
    await this.undo(run.lesson).catch((error: unknown) => {
      // The note stays, and with it the duty.
      this.logger.warn(`what ${run.lesson.id} made could not be removed: ${String(error)}; trying again`);
      this.restoreLater(RESTORE_PAUSE_MS);
    });
  }

  private async undo(lesson: Lesson): Promise<void> {
    const stage = new LessonStage(lesson.id, this.parts, new LessonBoard(() => undefined));
    await lesson.restore?.(stage);
    await stage.close();
    await sweepLesson(lesson.id, this.parts);
    await this.notes.strike(lesson.id);
  }

  /** Undoes what is noted and does not run, now or when what it needs is there again. */
  private restoreLater(pauseMs: number): void {
    clearTimeout(this.restoring);
    if (this.context.stopping.aborted) return;
    this.restoring = setTimeout(() => {
      void this.inOrder(async () => {
        for (const id of await this.notes.begun()) {
          if (this.run?.lesson.id === id) continue;
          await this.undo(lessonOf(id));
          this.logger.log(`undid ${id}, which an earlier console had begun`);
        }
      }).catch(() => this.restoreLater(RESTORE_PAUSE_MS));
    }, pauseMs);
  }

  /** Why a lesson cannot run here. */
  private missing(needs: readonly Need[]): string | null {
    for (const need of needs) {
      if (need === 'launcher') {
        if (this.parts.launcher.isThere) continue;
        return 'This lesson kills a part of the demo, which only the launcher can: begin the demo with `npm start`.';
      }
      if (need === 'database') {
        if (this.parts.databaseUrl !== undefined) continue;
        return 'This lesson needs a database of the console: set DATABASE_URL.';
      }
      if (this.parts.addressOf(need) !== undefined) continue;
      return `This lesson needs the service ${need}, and the console was not told where it is.`;
    }
    return null;
  }

  private stayAwake(): void {
    const id = this.run?.lesson.id;
    clearTimeout(this.idle);
    if (id !== undefined) this.idle = setTimeout(() => void this.reset(id).catch(() => undefined), IDLE_MS);
  }

  private changed(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      const state = this.state();
      for (const listener of this.listeners) listener(state);
    }, TELL_MS);
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work, work);
    this.queue = done.catch(() => undefined);
    return done;
  }
}

function lessonOf(id: LessonId): Lesson {
  const lesson = lessons.find((each) => each.id === id);
  if (lesson === undefined) throw new Error(`There is no lesson ${id}`);
  return lesson;
}
