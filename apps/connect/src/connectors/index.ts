/** The connectors that the worker brings. */
import { type Metrics } from '@headwater/service-kit';
import { type ConnectorPlugin } from '../worker/index.ts';
import { parquetSink } from './parquet-sink/index.ts';
import { PostgresSource } from './postgres-source/index.ts';

export function connectorPlugins(metrics: Metrics): readonly ConnectorPlugin[] {
  return [new PostgresSource(metrics), parquetSink];
}
