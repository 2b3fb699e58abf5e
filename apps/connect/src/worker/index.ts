/** The worker: what a connector is to it, and how it runs the tasks that fall to it. */
export {
  ConnectorError,
  isRetriable,
  type ConfigField,
  type ConfigFieldType,
  type ConfigProblem,
  type ConnectorConfig,
  type ConnectorContext,
  type ConnectorOffset,
  type ConnectorPlugin,
  type ConnectorTask,
  type OffsetStore,
  type TaskContext,
} from './connector.ts';
export { Plugins } from './plugins.ts';
export { traceOf } from './task-slot.ts';
export { Worker, type WorkerParts, type WorkerSettings } from './worker.ts';
