import { type Metrics } from '@headwater/service-kit';
import { type TaskStateName } from '../storage/index.ts';

const STATES: readonly TaskStateName[] = ['RUNNING', 'PAUSED', 'FAILED', 'RESTARTING', 'UNASSIGNED'];

/** What operators see of a worker. */
export class WorkerMetrics {
  private readonly failures;
  private readonly rebalances;

  /** @param states of the tasks that are here */
  constructor(metrics: Metrics, states: () => readonly TaskStateName[]) {
    this.failures = metrics.counter({
      name: 'connect_task_failures_total',
      help: 'Failures of tasks on this worker',
      labelNames: ['connector'],
    });
    this.rebalances = metrics.counter({ name: 'connect_rebalances_total', help: 'Times that tasks were shared anew' });
    const gauge = metrics.gauge({
      name: 'connect_tasks',
      help: 'Tasks on this worker by state',
      labelNames: ['state'],
      collect() {
        const now = states();
        for (const state of STATES) gauge.set({ state }, now.filter((one) => one === state).length);
      },
    });
  }

  failed(connector: string): void {
    this.failures.inc({ connector });
  }

  rebalanced(): void {
    this.rebalances.inc();
  }
}
