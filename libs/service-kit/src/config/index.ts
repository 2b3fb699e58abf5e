/** Configuration from the environment: declared once as a schema, read and validated at start, injected by class. */
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { DatabaseConfig } from './database-config.ts';
export { defineConfig, type ConfigBase, type ConfigClass } from './define-config.ts';
export { describeSettings, type SettingDescription } from './describe-settings.ts';
export { KafkaConfig } from './kafka-config.ts';
export { readConfigs } from './read-configs.ts';
export { readSettings, type Environment } from './read-settings.ts';
export { ServiceConfig } from './service-config.ts';
export {
  flag,
  hostPorts,
  integer,
  oneOf,
  optional,
  port,
  text,
  url,
  type Setting,
  type SettingOptions,
  type SettingsSchema,
  type SettingValues,
} from './setting.ts';
