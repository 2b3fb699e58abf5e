import { readSettings, type Environment } from './read-settings.ts';
import { type SettingsSchema, type SettingValues } from './setting.ts';

/** A class whose instances hold validated settings; it is also the token by which Nest injects them. */
export interface ConfigClass {
  readonly schema: SettingsSchema;
  /** Throws `ConfigError` when the environment does not fit. */
  new (environment: Environment): object;
}

/** What `defineConfig` returns: a base class with a typed property for each setting. */
export interface ConfigBase<S extends SettingsSchema> {
  readonly schema: S;
  new (environment: Environment): SettingValues<S>;
}

/**
 * Makes the base of a configuration class from a schema. The class is declared once, read once at start, and injected
 * by its own type:
 *
 *     export class RelayConfig extends defineConfig({
 *       relayBatchRows: integer({ default: 500, min: 1, max: 10_000, description: 'rows that one relay turn publishes' }),
 *     }) {}
 *
 *     constructor(private readonly config: RelayConfig) {}     // config.relayBatchRows: number, from RELAY_BATCH_ROWS
 *
 * Constructing it throws `ConfigError` when the environment does not fit.
 */
export function defineConfig<const S extends SettingsSchema>(schema: S): ConfigBase<S> {
  class Config {
    static readonly schema = schema;

    constructor(environment: Environment) {
      Object.assign(this, readSettings(schema, environment));
      Object.freeze(this);
    }
  }
  return Config as unknown as ConfigBase<S>;
}
