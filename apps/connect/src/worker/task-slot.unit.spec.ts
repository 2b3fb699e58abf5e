import { describe, expect, it } from '@jest/globals';
import { ConnectorError } from './connector.ts';
import { TaskSlot, type TaskReport, type TaskSpec, type TaskTells } from './task-slot.ts';

const spec = (more: Partial<TaskSpec> = {}): TaskSpec => ({
  connector: 'spec',
  task: 0,
  config: { a: '1' },
  target: 'STARTED',
  ...more,
});

/** A slot whose attempts the test decides. */
class Stage {
  readonly reports: string[] = [];
  readonly specs: TaskSpec[] = [];
  running = 0;
  mostAtOnce = 0;
  private readonly waiting = new Set<() => void>();
  readonly slot: TaskSlot;

  constructor(attempt: (tells: TaskTells, stopping: AbortSignal, number: number) => Promise<void>) {
    this.slot = new TaskSlot('spec/0', {
      createTask: (wanted, tells) => {
        this.specs.push(wanted);
        return {
          run: async (stopping) => {
            this.running += 1;
            this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
            try {
              await attempt(tells, stopping, this.specs.length);
            } finally {
              this.running -= 1;
            }
          },
        };
      },
      onReport: ({ state }: TaskReport) => {
        this.reports.push(state);
        for (const wake of this.waiting) wake();
      },
      onFailure: () => undefined,
      firstPauseMs: 1,
      maxPauseMs: 4,
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  state(): string | undefined {
    return this.reports.at(-1);
  }
}

const untilStopped = (stopping: AbortSignal): Promise<void> =>
  new Promise((resolve) => (stopping.aborted ? resolve() : stopping.addEventListener('abort', () => resolve())));

const works = async ({ running }: TaskTells, stopping: AbortSignal): Promise<void> => {
  running();
  await untilStopped(stopping);
};

describe('a task’s slot', () => {
  it('runs one attempt at a time, another for another configuration, none while it is paused', async () => {
    const stage = new Stage(works);
    stage.slot.want(spec());
    await stage.until(() => stage.state() === 'RUNNING');
    stage.slot.want(spec());
    stage.slot.want(spec({ config: { a: '2' } }));
    await stage.until(() => stage.specs.length === 2 && stage.state() === 'RUNNING');
    stage.slot.want(spec({ target: 'PAUSED' }));
    await stage.until(() => stage.state() === 'PAUSED');
    expect(stage.running).toBe(0);
    stage.slot.want(spec());
    await stage.until(() => stage.state() === 'RUNNING');
    stage.slot.want(undefined);
    await stage.slot.ended();
    expect(stage.slot.isIdle).toBe(true);
    expect(stage.specs.map(({ config }) => config['a'])).toEqual(['1', '2', '1']);
    expect(stage.mostAtOnce).toBe(1);
  });

  it('tries again after a failure that may pass, and stays FAILED with its trace after any other until it is restarted', async () => {
    const stage = new Stage((tells, stopping, number) => {
      if (number <= 3) throw new ConnectorError('AWAY', 'not there yet', true);
      if (number === 4) throw new ConnectorError('WRONG', 'never', false, { cause: new Error('deeper') });
      return works(tells, stopping);
    });
    stage.slot.want(spec());
    await stage.until(() => stage.state() === 'FAILED');
    expect(stage.specs).toHaveLength(4);
    expect(stage.reports).toContain('RESTARTING');
    expect(stage.slot.report.trace).toMatch(/\[WRONG\] ConnectorError: never[\s\S]*Caused by: Error: deeper/);
    stage.slot.restart();
    await stage.until(() => stage.state() === 'RUNNING');
    expect(stage.slot.report.trace).toBeUndefined();
    stage.slot.want(undefined);
    await stage.slot.ended();
  });

  it('tells of a task that waits, and takes one that ends by itself for a failure', async () => {
    const stage = new Stage(async ({ running, waiting }, _stopping, number) => {
      running();
      waiting(new Error('the database is away'));
      if (number === 1) await Promise.resolve();
    });
    stage.slot.want(spec());
    await stage.until(() => stage.state() === 'FAILED');
    expect(stage.reports).toEqual(['RESTARTING', 'RUNNING', 'RESTARTING', 'FAILED']);
    expect(stage.slot.report.trace).toContain('ended although nobody asked it to');
    stage.slot.want(undefined);
    await stage.slot.ended();
  });
});
