/**
 * What a configuration entry is: its type, its default, the values that it may have. Values are kept as the text that was given, as
 * Kafka keeps them; `parseConfigValue` checks a text against its definition.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';

/** Kafka's `ConfigDef.Type`, by the number that DescribeConfigs gives for it. */
export const configType = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const;
export type ConfigType = keyof typeof configType;

/** What a value may be, beyond its type. */
export type ConfigRange =
  | { readonly atLeast?: number; readonly atMost?: number; readonly orEqualTo?: number }
  | { readonly oneOf: readonly string[] }
  | { readonly matches: RegExp; readonly expectation: string };

export interface ConfigDefinition {
  /** Kafka's name. */
  readonly name: string;
  readonly type: ConfigType;
  /** As text; null when there is no value. */
  readonly defaultValue: string | null;
  readonly range?: ConfigRange;
  readonly documentation: string;
}

export type ConfigValue = boolean | string | number | readonly string[] | null;

const integerLimits = {
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  short: [-(2n ** 15n), 2n ** 15n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/**
 * The value that a text stands for. A `long` beyond what a number holds exactly becomes the nearest safe integer.
 * @throws KafkaError INVALID_CONFIG with Kafka's words: the name, the value and what is allowed.
 */
export function parseConfigValue(definition: ConfigDefinition, text: string | null): ConfigValue {
  if (text === null) return null;
  const value = parseType(definition, text);
  checkRange(definition, value);
  return value;
}

/** How Kafka prints a parsed value. Undefined stays of what cannot be parsed: it is refused before it is stored. */
export function formatConfigValue(definition: ConfigDefinition, text: string | null): string | null {
  if (text === null) return null;
  const trimmed = text.trim();
  if (definition.type === 'list') return (parseType(definition, text) as readonly string[]).join(',');
  if (definition.type === 'boolean') return trimmed.toLowerCase();
  return definition.type === 'password' ? null : trimmed;
}

function parseType(definition: ConfigDefinition, text: string): ConfigValue {
  const trimmed = text.trim();
  switch (definition.type) {
    case 'boolean':
      if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
      throw invalidValue(definition.name, text, 'Expected value to be either true or false');
    case 'int':
    case 'short':
    case 'long':
      return parseInteger(definition, definition.type, text);
    case 'double':
      if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(trimmed)) return Number(trimmed);
      throw invalidValue(definition.name, text, 'Not a number of type DOUBLE');
    case 'list':
      return trimmed === '' ? [] : trimmed.split(/\s*,\s*/);
    case 'string':
    case 'class':
    case 'password':
      return trimmed;
  }
}

function parseInteger(definition: ConfigDefinition, type: keyof typeof integerLimits, text: string): number {
  const trimmed = text.trim();
  const [least, most] = integerLimits[type];
  const value = /^[-+]?\d+$/.test(trimmed) ? BigInt(trimmed.replace(/^\+/, '')) : undefined;
  if (value === undefined || value < least || value > most)
    throw invalidValue(definition.name, text, `Not a number of type ${type.toUpperCase()}`);
  return Math.min(Math.max(Number(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function checkRange(definition: ConfigDefinition, value: ConfigValue): void {
  const { name, range } = definition;
  if (range === undefined) return;
  if ('oneOf' in range) {
    const wrong = (Array.isArray(value) ? (value as readonly string[]) : [value as string]).find(
      (each) => !range.oneOf.includes(each),
    );
    if (wrong !== undefined) throw invalidValue(name, wrong, `String must be one of: ${range.oneOf.join(', ')}`);
  } else if ('matches' in range) {
    const text = Array.isArray(value) ? value.join(',') : String(value);
    if (!range.matches.test(text))
      throw invalidValue(name, Array.isArray(value) ? `[${value.join(', ')}]` : text, range.expectation);
  } else {
    checkNumber(name, value as number, range);
  }
}

function checkNumber(
  name: string,
  value: number,
  range: { atLeast?: number; atMost?: number; orEqualTo?: number },
): void {
  const { atLeast = -Infinity, atMost = Infinity, orEqualTo } = range;
  if ((value >= atLeast && value <= atMost) || value === orEqualTo) return;
  if (orEqualTo !== undefined)
    throw invalidValue(name, value, `Value must be between ${atLeast} and ${atMost} or equal to ${orEqualTo}`);
  throw invalidValue(
    name,
    value,
    value < atLeast ? `Value must be at least ${atLeast}` : `Value must be no more than ${atMost}`,
  );
}

function invalidValue(name: string, value: string | number, why: string): KafkaError {
  return new KafkaError(ErrorCode.INVALID_CONFIG, `Invalid value ${value} for configuration ${name}: ${why}`);
}
