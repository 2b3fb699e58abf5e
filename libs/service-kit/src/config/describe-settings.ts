import { environmentName } from './read-settings.ts';
import { type SettingsSchema } from './setting.ts';

/** What an operator may want to know of one variable. */
export interface SettingDescription {
  readonly variable: string;
  /** What its text may be: `a whole number from 0 to 1000`. */
  readonly expects: string;
  /** What it is for, and its unit. */
  readonly description: string;
  /** Whether the process does not start without it. */
  readonly required: boolean;
  /** As text; absent when there is none. */
  readonly default?: string;
  /** Whether its value is never shown. */
  readonly secret: boolean;
}

/** The variables of a schema, in the order in which they are declared; nothing is read. */
export function describeSettings(schema: SettingsSchema): SettingDescription[] {
  return Object.entries(schema).map(([property, setting]) => {
    const { description, default: value, secret = false } = setting.options;
    const shown = Array.isArray(value) ? value.join(',') : String(value);
    return {
      variable: environmentName(property, setting),
      expects: setting.expects,
      description,
      required: setting.required && value === undefined,
      ...(value === undefined ? {} : { default: shown }),
      secret,
    };
  });
}
