/**
 * Where a configuration value comes from. An entry may be set in several places and under several names (`log.retention.ms`,
 * `log.retention.hours`); the strongest one counts, and DescribeConfigs lists them all as synonyms.
 */
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import { formatConfigValue, type ConfigDefinition } from './config-definition.ts';
import type { TopicConfigDefinition } from './topic-config-catalog.ts';

/** Kafka's `ConfigSource`, as DescribeConfigs gives it; of topics and brokers a lower number is stronger. */
export const configSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  group: 8,
} as const;

export interface ConfigSynonym {
  readonly name: string;
  /** As Kafka prints it; null of a value that must not be shown. */
  readonly value: string | null;
  readonly source: number;
}

/** An entry's value with all that was set for it, the strongest first. */
export interface EffectiveConfig {
  readonly definition: ConfigDefinition;
  readonly value: string | null;
  readonly source: number;
  readonly synonyms: readonly ConfigSynonym[];
}

type Values = ReadonlyMap<string, string>;

/** The broker's settings of every place, by name. */
export interface BrokerSettings {
  readonly dynamicBroker: Values;
  readonly dynamicDefault: Values;
  readonly fixed: Values;
}

/** Milliseconds in one unit of an entry whose name ends in it. */
const unitMs: readonly (readonly [string, number])[] = [
  ['.hours', 60 * 60 * 1000],
  ['.minutes', 60 * 1000],
];

/** Entries that say the same in other units, the strongest first. */
const sameInOtherUnits: readonly (readonly string[])[] = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
];

/** A broker entry as it holds now. */
export function effectiveBrokerConfig(definition: ConfigDefinition, settings: BrokerSettings): EffectiveConfig {
  const names = sameInOtherUnits.find((each) => each.includes(definition.name)) ?? [definition.name];
  const synonyms = brokerSynonyms(names, settings);
  const own = synonyms.find(({ name }) => name === definition.name);
  const shown = synonyms.slice(own === undefined ? synonyms.length : synonyms.indexOf(own));
  return { definition, value: own?.value ?? null, source: shown[0]?.source ?? configSource.default, synonyms: shown };
}

/** A topic entry as it holds now: set on the topic, else by the broker. */
export function effectiveTopicConfig(
  definition: TopicConfigDefinition,
  topic: Values,
  settings: BrokerSettings,
): EffectiveConfig {
  const { name, brokerNames } = definition;
  const own = topic.get(name);
  const fromBroker = brokerSynonyms(brokerNames, settings);
  const first = fromBroker.findIndex((synonym) => synonym.name === brokerNames[0]);
  const synonyms = first === -1 ? [] : fromBroker.slice(first);
  if (own !== undefined)
    synonyms.unshift({ name, value: formatConfigValue(definition, own), source: configSource.topic });
  const text = own ?? inheritedValue(brokerNames, settings) ?? definition.defaultValue;
  const source = synonyms[0]?.source ?? configSource.default;
  return { definition, value: formatConfigValue(definition, text), source, synonyms };
}

/** What the broker says for a topic that says nothing, in the topic entry's unit. */
function inheritedValue(brokerNames: readonly string[], settings: BrokerSettings): string | null {
  for (const name of brokerNames) {
    const set = settings.dynamicBroker.get(name) ?? settings.dynamicDefault.get(name) ?? settings.fixed.get(name);
    if (set === undefined) continue;
    const unit = unitMs.find(([ending]) => name.endsWith(ending))?.[1];
    const value = unit === undefined ? set : String(Number(set) * unit);
    // Kafka reads any negative retention as "for ever".
    return name.startsWith('log.retention.') && !name.endsWith('.bytes') && Number(value) < 0 ? '-1' : value;
  }
  return null;
}

function brokerSynonyms(names: readonly string[], settings: BrokerSettings): ConfigSynonym[] {
  const places = [
    [settings.dynamicBroker, configSource.dynamicBroker],
    [settings.dynamicDefault, configSource.dynamicDefaultBroker],
    [settings.fixed, configSource.staticBroker],
  ] as const;
  const synonyms: ConfigSynonym[] = [];
  for (const [values, source] of places)
    for (const name of names) {
      const value = values.get(name);
      if (value !== undefined) synonyms.push({ name, value: shownValue(name, value), source });
    }
  for (const name of names) {
    const value = brokerConfigCatalog.get(name)?.defaultValue ?? null;
    if (value !== null) synonyms.push({ name, value, source: configSource.default });
  }
  return synonyms;
}

function shownValue(name: string, value: string): string | null {
  const definition = brokerConfigCatalog.get(name);
  return definition === undefined ? value : formatConfigValue(definition, value);
}
