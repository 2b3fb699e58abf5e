/**
 * What every service's `main.ts` does, behind one call: configuration from the environment, logs, health, metrics,
 * OpenAPI, problem details, PostgreSQL, orderly shutdown. Libraries hook in through `HealthChecks`, `Metrics` and
 * `SERVICE_CONTEXT`, which are injectable in every service.
 */
import 'reflect-metadata';

export {
  ConfigError,
  DatabaseConfig,
  defineConfig,
  describeSettings,
  flag,
  hostPorts,
  integer,
  KafkaConfig,
  oneOf,
  optional,
  port,
  readSettings,
  ServiceConfig,
  text,
  url,
  type ConfigBase,
  type ConfigClass,
  type ConfigProblem,
  type Environment,
  type Setting,
  type SettingDescription,
  type SettingOptions,
  type SettingsSchema,
  type SettingValues,
} from './config/index.ts';
export { SERVICE_CONTEXT, type ServiceContext } from './context/index.ts';
export {
  DatabaseModule,
  DatabaseStartError,
  isDatabaseUnavailable,
  steadyDriver,
  openDatabase,
  type DatabaseOptions,
} from './database/index.ts';
export {
  HealthChecks,
  type HealthCheck,
  type HealthKind,
  type HealthReport,
  type HealthResult,
} from './health/index.ts';
export {
  answerWith,
  CreateIdempotencyKeys1700000000002,
  IdempotentCommands,
  type CommandAnswer,
  type IdempotentCommand,
} from './idempotency/index.ts';
export {
  bootstrap,
  describeService,
  openApiLedger,
  startService,
  type AppModule,
  type RunningService,
  type ServiceOptions,
} from './lifecycle/index.ts';
export { Metrics } from './metrics/index.ts';
export { CursorCodec, pageOf, PageQuery, type CursorPosition, type Page } from './paging/index.ts';
export {
  Problem,
  problemType,
  readAs,
  type FieldError,
  type ProblemDetails,
  type ProblemInit,
} from './problem/index.ts';
export {
  Amount,
  Currency,
  entityTag,
  expectedVersionOf,
  Id,
  IdempotencyKey,
  idempotencyKeyHeader,
  instantOf,
  isPlainId,
  isPlainMoment,
  Moment,
  momentOf,
  OccurredAt,
  Text,
  versionDiffers,
  type FieldOptions,
} from './request/index.ts';
