/**
 * One environment variable as a typed value: how its text is parsed, what it may be, and what it is for.
 *
 * A setting is data, not a lookup: nothing is read until `readSettings` runs over a whole schema, so that every
 * mistake of an environment is reported at once.
 */

/** How a value is shown: a secret never appears in a log or an error message. */
export interface SettingOptions<T> {
  /** One sentence: what the value controls and its unit. Printed with the error when the value is wrong. */
  readonly description: string;
  /** Used when the variable is absent or empty. A setting without a default is required, unless it is `optional`. */
  readonly default?: T;
  /** Environment variable; by default the property's name in CONSTANT_CASE (`lingerMs` -> `LINGER_MS`). */
  readonly env?: string;
  /** Neither the value nor a part of it is printed. */
  readonly secret?: boolean;
}

/** A declared setting whose parsed value has type `T`. */
export interface Setting<T> {
  readonly kind: string;
  /** What the text may be; completes "… must be". */
  readonly expects: string;
  readonly options: SettingOptions<T>;
  readonly required: boolean;
  /** Parses the variable's text; throws an `Error` whose message is `expects`. */
  readonly parse: (text: string) => T;
}

/** Properties of a configuration class: its property names and how each is read. */
export type SettingsSchema = Readonly<Record<string, Setting<unknown>>>;

/** The parsed form of a schema. */
export type SettingValues<S extends SettingsSchema> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

class SettingError extends Error {}

/** @param read the value of a text, or `undefined` when it is none */
function setting<T>(
  kind: string,
  expects: string,
  options: SettingOptions<T>,
  read: (text: string) => T | undefined,
): Setting<T> {
  const parse = (value: string): T => {
    const parsed = read(value);
    if (parsed === undefined) throw new SettingError(expects);
    return parsed;
  };
  return { kind, expects, options, required: options.default === undefined, parse };
}

/** A text, optionally restricted by a pattern. */
export function text(
  options: SettingOptions<string> & { readonly pattern?: RegExp; readonly shape?: string },
): Setting<string> {
  const { pattern } = options;
  const expects = options.shape ?? (pattern ? `a text that matches ${pattern}` : 'a text');
  return setting('text', expects, options, (value) => (pattern && !pattern.test(value) ? undefined : value));
}

/** A whole number within `min`..`max` (inclusive). */
export function integer(
  options: SettingOptions<number> & { readonly min?: number; readonly max?: number },
): Setting<number> {
  const min = options.min ?? Number.MIN_SAFE_INTEGER;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  return setting('integer', `a whole number${rangeOf(options)}`, options, (value) => {
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) && number >= min && number <= max ? number : undefined;
  });
}

function rangeOf(range: { readonly min?: number; readonly max?: number }): string {
  if (range.min !== undefined && range.max !== undefined) return ` from ${range.min} to ${range.max}`;
  if (range.min !== undefined) return ` of at least ${range.min}`;
  return range.max !== undefined ? ` of at most ${range.max}` : '';
}

/** A TCP port, 0 (any free one) to 65535. */
export function port(options: SettingOptions<number>): Setting<number> {
  return integer({ ...options, min: 0, max: 65_535 });
}

/** `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`. */
export function flag(options: SettingOptions<boolean>): Setting<boolean> {
  return setting('flag', 'true or false', options, (value) => {
    const word = value.toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    return ['false', '0', 'no', 'off'].includes(word) ? false : undefined;
  });
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(values: readonly T[], options: SettingOptions<NoInfer<T>>): Setting<T> {
  return setting<T>('oneOf', `one of ${values.join(', ')}`, options, (value) =>
    values.find((known) => known === value),
  );
}

/** An absolute URL with one of the given protocols, kept as text. */
export function url(options: SettingOptions<string> & { readonly protocols: readonly string[] }): Setting<string> {
  const expects = `a URL that begins with ${options.protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
  return setting('url', expects, options, (value) =>
    URL.canParse(value) && options.protocols.includes(new URL(value).protocol) ? value : undefined,
  );
}

/** A comma-separated list of `host:port`, at least one. */
export function hostPorts(options: SettingOptions<readonly string[]>): Setting<readonly string[]> {
  return setting('hostPorts', 'host:port, or several with commas between', options, (value) => {
    const entries = value
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const good = (entry: string): boolean => {
      const match = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:]+):(\d{1,5})$/.exec(entry);
      return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 65_535;
    };
    return entries.length > 0 && entries.every(good) ? entries : undefined;
  });
}

/** Makes a setting optional: `undefined` when the variable is absent or empty. */
export function optional<T>(inner: Setting<T>): Setting<T | undefined> {
  return { ...inner, required: false };
}
