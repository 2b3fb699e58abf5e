import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type Setting, type SettingsSchema, type SettingValues } from './setting.ts';

/** Names of variables and their texts, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LONGEST_SHOWN_VALUE = 60;

/** `lingerMs` -> `LINGER_MS`. */
export function environmentName(property: string, setting: Setting<unknown>): string {
  return setting.options.env ?? property.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

function shown(value: string, setting: Setting<unknown>): string {
  if (setting.options.secret) return '(not shown)';
  const oneLine = JSON.stringify(value);
  return oneLine.length > LONGEST_SHOWN_VALUE ? `${oneLine.slice(0, LONGEST_SHOWN_VALUE)}…"` : oneLine;
}

function readOne(variable: string, setting: Setting<unknown>, environment: Environment): unknown {
  const value = environment[variable]?.trim();
  if (value === undefined || value === '') {
    if (!setting.required || setting.options.default !== undefined) return setting.options.default;
    const message = `${variable} is missing: ${setting.options.description}`;
    throw new ConfigError([{ variable, reason: 'missing', message }]);
  }
  try {
    return setting.parse(value);
  } catch (error) {
    const expectation = error instanceof Error ? error.message : String(error);
    const message = `${variable}=${shown(value, setting)} must be ${expectation}`;
    throw new ConfigError([{ variable, reason: 'invalid', message }]);
  }
}

/**
 * Reads every setting of a schema.
 *
 * @throws ConfigError naming each variable that is missing or invalid, not only the first.
 */
export function readSettings<S extends SettingsSchema>(schema: S, environment: Environment): SettingValues<S> {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [property, setting] of Object.entries(schema)) {
    try {
      values[property] = readOne(environmentName(property, setting), setting, environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as SettingValues<S>;
}
