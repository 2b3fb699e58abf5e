/**
 * A task's place on this worker: runs it as it is wanted, one attempt at a time, and says how it fares.
 *
 * A failure that says that it may pass is met by another attempt after a pause, which doubles up to a minute and is forgotten when a
 * task has worked for as long. Any other leaves the task FAILED until somebody restarts it or its configuration changes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type TaskStateName, type TargetState } from '../storage/index.ts';
import { isRetriable, type ConnectorConfig, type ConnectorTask, type TaskContext } from './connector.ts';

/** What is wanted of a task; another spec is another attempt. */
export interface TaskSpec {
  readonly connector: string;
  readonly task: number;
  /** Its configuration, with references unresolved. */
  readonly config: ConnectorConfig;
  readonly target: TargetState;
}

export interface TaskReport {
  readonly state: TaskStateName;
  readonly trace?: string;
}

/** What a task tells of itself. */
export type TaskTells = Pick<TaskContext, 'running' | 'waiting'>;

export interface SlotParts {
  /** Makes the task for one attempt. @throws when it cannot be made */
  createTask(spec: TaskSpec, tell: TaskTells): ConnectorTask;
  /** Called whenever the report changes, synchronously. */
  onReport(report: TaskReport): void;
  onFailure(error: unknown): void;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export class TaskSlot {
  report: TaskReport = { state: 'UNASSIGNED' };
  private readonly logger: Logger;
  private wanted: TaskSpec | undefined;
  private change = new AbortController();
  private working: Promise<void> | undefined;
  private failures = 0;

  constructor(
    readonly id: string,
    private readonly parts: SlotParts,
  ) {
    this.logger = new Logger(`Task ${id}`);
  }

  /** Has the task run so from now on; undefined ends it. Does nothing when it is wanted so already. */
  want(spec: TaskSpec | undefined): void {
    if (sameSpec(spec, this.wanted)) return;
    this.wanted = spec;
    this.begin();
  }

  /** Ends the attempt under way, if one is, and makes another. */
  restart(): void {
    if (this.wanted) this.begin();
  }

  /** Whether nothing of it runs, nor shall. */
  get isIdle(): boolean {
    return this.working === undefined;
  }

  /** Resolves when nothing of it runs, after `want(undefined)`. */
  async ended(): Promise<void> {
    await this.working;
  }

  private begin(): void {
    this.failures = 0;
    this.change.abort();
    this.change = new AbortController();
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    // Begins after `working` is set, and ends in the turn in which nothing is wanted any more.
    await Promise.resolve();
    while (this.wanted) {
      const { wanted: spec, change } = this;
      if (spec.target === 'STARTED') await this.attempt(spec, change.signal);
      else {
        this.tell({ state: 'PAUSED' });
        await aborted(change.signal);
      }
    }
    this.working = undefined;
  }

  private async attempt(spec: TaskSpec, changed: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    this.tell(this.report.trace === undefined ? { state: 'RESTARTING' } : { ...this.report, state: 'RESTARTING' });
    try {
      const tell = (report: TaskReport): void => {
        if (!changed.aborted) this.tell(report);
      };
      const task = this.parts.createTask(spec, {
        running: () => tell({ state: 'RUNNING' }),
        waiting: (reason) => tell({ state: 'RESTARTING', trace: traceOf(reason) }),
      });
      await task.run(changed);
      if (changed.aborted) return;
      throw new Error('the task ended although nobody asked it to');
    } catch (error) {
      if (changed.aborted) {
        this.logger.warn(`an error while it was stopped: ${traceOf(error)}`);
        return;
      }
      await this.failed(error, performance.now() - startedMs, changed);
    }
  }

  private async failed(error: unknown, workedMs: number, changed: AbortSignal): Promise<void> {
    const { firstPauseMs, maxPauseMs } = this.parts;
    this.parts.onFailure(error);
    const trace = traceOf(error);
    if (!isRetriable(error)) {
      this.logger.error(`failed: ${trace}`);
      this.tell({ state: 'FAILED', trace });
      await aborted(changed);
      return;
    }
    this.failures = workedMs > maxPauseMs ? 1 : this.failures + 1;
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.failures - 1, 30), maxPauseMs);
    this.logger.warn(`failed, trying again in ${pauseMs} ms: ${trace}`);
    this.tell({ state: 'RESTARTING', trace });
    await delay(pauseMs, undefined, { signal: changed }).catch(() => undefined);
  }

  private tell(report: TaskReport): void {
    if (report.state === this.report.state && report.trace === this.report.trace) return;
    this.report = report;
    this.parts.onReport(report);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function sameSpec(one: TaskSpec | undefined, other: TaskSpec | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** An error's stack with those of its causes, as Kafka Connect's traces are. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `[${error.code}] ` : '';
  const own = code + (error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\nCaused by: ${traceOf(error.cause)}`;
}
