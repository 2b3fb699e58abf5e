/** Holds a connector's configuration against its plug-in's fields: defaults filled in, every wrong field named once. */
import {
  type ConfigField,
  type ConfigProblem,
  type ConnectorConfig,
  type ConnectorPlugin,
} from '../worker/connector.ts';
import { hasReference, resolveReferences, type Environment } from './references.ts';

/** What every connector has. */
export const commonFields: readonly ConfigField[] = [
  {
    name: 'name',
    type: 'STRING',
    optional: true,
    importance: 'HIGH',
    documentation: 'Name of the connector, unique among all.',
  },
  { name: 'connector.class', type: 'STRING', importance: 'HIGH', documentation: 'Name of the kind of connector.' },
  {
    name: 'tasks.max',
    type: 'INT',
    default: '1',
    min: 1,
    max: 1000,
    importance: 'HIGH',
    documentation: 'The most tasks that the work is split into.',
  },
];

export function fieldsOf(plugin: ConnectorPlugin): readonly ConfigField[] {
  return [...commonFields, ...plugin.fields];
}

/** With the defaults of the fields that are missing. */
export function withDefaults(plugin: ConnectorPlugin, properties: ConnectorConfig): ConnectorConfig {
  const defaults = fieldsOf(plugin).flatMap((field) =>
    field.default === undefined ? [] : [[field.name, field.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...properties };
}

/** What is wrong, in the order of the fields; nothing when it can be used on this worker. */
export function checkConfig(
  plugin: ConnectorPlugin,
  properties: ConnectorConfig,
  environment: Environment,
): readonly ConfigProblem[] {
  const fields = fieldsOf(plugin);
  const known = new Set(fields.map(({ name }) => name));
  const unknown = Object.keys(properties)
    .filter((name) => !known.has(name) && plugin.allows?.(name) !== true)
    .map((field) => ({ field, message: `is no field of ${plugin.name}` }));
  const { config, problems } = resolveReferences(withDefaults(plugin, properties), environment);
  const unresolved = new Set(problems.map(({ field }) => field));
  const wrong = fields
    .filter(({ name }) => !unresolved.has(name))
    .flatMap((field) => {
      const message = problemOf(field, config[field.name]);
      return message === undefined ? [] : [{ field: field.name, message }];
    });
  // How many tasks there are must not depend on which worker is asked.
  if (hasReference(properties['tasks.max'] ?? ''))
    wrong.push({ field: 'tasks.max', message: 'must be a number, not a reference' });
  const all = [...problems, ...wrong, ...unknown];
  return all.length > 0 ? all : (plugin.validate?.(config) ?? []);
}

function problemOf(field: ConfigField, text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return field.optional ? undefined : 'is missing';
  if (field.values && !field.values.includes(text)) return `must be one of ${field.values.join(', ')}, not ${text}`;
  if (field.type === 'BOOLEAN' && text !== 'true' && text !== 'false') return `must be true or false, not ${text}`;
  if (field.type !== 'INT' && field.type !== 'LONG') return undefined;
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = field;
  const number = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= min && number <= max) return undefined;
  return `must be a whole number${rangeOf(field)}, not ${text}`;
}

function rangeOf({ min, max }: ConfigField): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

/** One line for all that is wrong. @param prefix of the fields' names */
export function describeProblems(problems: readonly ConfigProblem[], prefix = ''): string {
  return problems.map(({ field, message }) => `${prefix}${field} ${message}`).join('; ');
}
