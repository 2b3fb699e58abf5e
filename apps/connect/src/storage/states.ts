/**
 * What each task last said of itself, in the topic `connect_status`:
 *
 *     status-task-<connector>-<n>    {"state": …, "trace"?: …, "worker_id": …, "generation": …}     null: deleted
 *
 * Only the worker that has a task writes of it. One that was cut off may still say something for a moment; whoever has the task by
 * then reads it, with its older generation, and says its own again.
 */
import { type KafkaClient, type MessageProducer } from '@headwater/messaging';
import { CompactedLog } from './compacted-log.ts';

export type TaskStateName = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING';

export interface TaskState {
  readonly state: TaskStateName;
  readonly worker_id: string;
  readonly generation: number;
  /** Of the failure. */
  readonly trace?: string;
}

const TASK = /^status-task-(.+)-(\d+)$/;

export class States {
  private readonly log: CompactedLog;
  private readonly tasks = new Map<string, Map<number, TaskState>>();
  private onSaid: (connector: string, task: number, state: TaskState) => void = () => undefined;

  constructor(client: KafkaClient, producer: MessageProducer, topic: string) {
    this.log = new CompactedLog(client, producer, topic, (key, value) => this.apply(key, value));
  }

  /** @param onSaid hears of every state from then on */
  async start(onSaid: (connector: string, task: number, state: TaskState) => void): Promise<void> {
    await this.log.start();
    this.onSaid = onSaid;
  }

  of(connector: string, task: number): TaskState | undefined {
    return this.tasks.get(connector)?.get(task);
  }

  async say(connector: string, task: number, state: TaskState): Promise<void> {
    await this.log.write(`status-task-${connector}-${task}`, state);
  }

  /** Forgets all tasks of a connector. */
  async forget(connector: string): Promise<void> {
    const tasks = [...(this.tasks.get(connector)?.keys() ?? [])];
    await Promise.all(tasks.map((task) => this.log.write(`status-task-${connector}-${task}`, null)));
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  private apply(key: string, value: string | null): void {
    const match = TASK.exec(key);
    if (!match) return;
    const connector = match[1]!;
    const task = Number(match[2]);
    const ofConnector = this.tasks.get(connector) ?? new Map<number, TaskState>();
    this.tasks.set(connector, ofConnector);
    if (value === null) {
      ofConnector.delete(task);
      return;
    }
    const state = JSON.parse(value) as TaskState;
    ofConnector.set(task, state);
    this.onSaid(connector, task, state);
  }
}
