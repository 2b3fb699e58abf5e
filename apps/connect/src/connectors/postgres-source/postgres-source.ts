/** Rows of PostgreSQL's tables, and every change of them, as records in Debezium's envelope. One task: a slot has one reader. */
import { type Metrics } from '@headwater/service-kit';
import { VERSION } from '../../version.ts';
import {
  type ConnectorConfig,
  type ConnectorContext,
  type ConnectorOffset,
  type ConnectorPlugin,
  type ConnectorTask,
  type TaskContext,
} from '../../worker/index.ts';
import { PostgresSourceTask } from './postgres-source-task.ts';
import { confirmedPlace, dropSlot } from './slot-state.ts';
import { isTableField, sourceFields, sourceProblems } from './source-config.ts';
import { SourceMetrics } from './source-metrics.ts';

export class PostgresSource implements ConnectorPlugin {
  readonly name = 'postgres-source';
  readonly type = 'source';
  readonly version = VERSION;
  readonly fields = sourceFields;
  readonly allows = isTableField;
  readonly validate = sourceProblems;
  private readonly metrics: SourceMetrics;

  constructor(metrics: Metrics) {
    this.metrics = new SourceMetrics(metrics);
  }

  taskConfigs(config: ConnectorConfig): readonly ConnectorConfig[] {
    return [config];
  }

  createTask(context: TaskContext): ConnectorTask {
    return new PostgresSourceTask(context, this.metrics);
  }

  async offsets({ config, offsets }: ConnectorContext): Promise<readonly ConnectorOffset[]> {
    const slot = config['slot.name']!;
    const offset = await offsets.read({ slot });
    const lsn = await confirmedPlace(config['database.url']!, slot);
    return offset ? [{ partition: { slot }, offset: { ...offset, ...(lsn === undefined ? {} : { lsn }) } }] : [];
  }

  async resetOffsets({ config, offsets }: ConnectorContext): Promise<void> {
    const slot = config['slot.name']!;
    await dropSlot(config['database.url']!, slot);
    await offsets.write({ slot }, null);
  }
}
