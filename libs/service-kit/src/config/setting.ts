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
  readonly options: SettingOptions<T>;
  readonly required: boolean;
  /** Parses the variable's text; throws an `Error` whose message completes "… must be". */
  readonly parse: (text: string) => T;
}

/** Properties of a configuration class: its property names and how each is read. */
export type SettingsSchema = Readonly<Record<string, Setting<unknown>>>;

/** The parsed form of a schema. */
export type SettingValues<S extends SettingsSchema> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

function setting<T>(kind: string, options: SettingOptions<T>, parse: (text: string) => T): Setting<T> {
  return { kind, options, required: options.default === undefined, parse };
}

class SettingError extends Error {}

function expected(what: string): never {
  throw new SettingError(what);
}

/** A text, optionally restricted by a pattern. */
export function text(
  options: SettingOptions<string> & { readonly pattern?: RegExp; readonly shape?: string },
): Setting<string> {
  return setting('text', options, (value) => {
    if (options.pattern && !options.pattern.test(value))
      expected(options.shape ?? `a text that matches ${options.pattern}`);
    return value;
  });
}

/** A whole number within `min`..`max` (inclusive). */
export function integer(
  options: SettingOptions<number> & { readonly min?: number; readonly max?: number },
): Setting<number> {
  const min = options.min ?? Number.MIN_SAFE_INTEGER;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  return setting('integer', options, (value) => {
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number) || number < min || number > max) expected(`a whole number${rangeOf(options)}`);
    return number;
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
  return setting('flag', options, (value) => {
    const word = value.toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    if (['false', '0', 'no', 'off'].includes(word)) return false;
    return expected('true or false');
  });
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(values: readonly T[], options: SettingOptions<NoInfer<T>>): Setting<T> {
  return setting<T>(
    'oneOf',
    options,
    (value) => values.find((known) => known === value) ?? expected(`one of ${values.join(', ')}`),
  );
}

/** An absolute URL with one of the given protocols, kept as text. */
export function url(options: SettingOptions<string> & { readonly protocols: readonly string[] }): Setting<string> {
  return setting('url', options, (value) => {
    const protocols = options.protocols.map((protocol) => `${protocol}//`).join(' or ');
    if (!URL.canParse(value)) expected(`a URL that begins with ${protocols}`);
    if (!options.protocols.includes(new URL(value).protocol)) expected(`a URL that begins with ${protocols}`);
    return value;
  });
}

/** A comma-separated list of `host:port`, at least one. */
export function hostPorts(options: SettingOptions<readonly string[]>): Setting<readonly string[]> {
  return setting('hostPorts', options, (value) => {
    const entries = value
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const good = (entry: string): boolean => {
      const match = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:]+):(\d{1,5})$/.exec(entry);
      return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 65_535;
    };
    if (entries.length === 0 || !entries.every(good)) expected('host:port, or several with commas between');
    return entries;
  });
}

/** Makes a setting optional: `undefined` when the variable is absent or empty. */
export function optional<T>(inner: Setting<T>): Setting<T | undefined> {
  return { kind: inner.kind, options: inner.options, required: false, parse: inner.parse };
}
