/**
 * A group's configuration (resource type GROUP, KIP-1043): of the consumer protocol. Entries of share and streams groups are not
 * here, as those groups are not.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import { parseConfigValue, type ConfigDefinition } from './config-definition.ts';
import { configSource, effectiveBrokerConfig, type BrokerSettings, type EffectiveConfig } from './settings.ts';

/** A group's entry. */
export interface GroupConfigDefinition extends ConfigDefinition {
  /** Broker entry that gives the value when the group has none. */
  readonly brokerName: string;
  /** Broker entries that say how small and how large the group's value may be. */
  readonly leastName: string;
  readonly mostName: string;
}

/** By name. */
export const groupConfigCatalog: ReadonlyMap<string, GroupConfigDefinition> = new Map(
  [
    entry('assignment.interval.ms', 'Shortest time between two target assignments of the group.', 0),
    entry('heartbeat.interval.ms', 'Heartbeat interval that the group’s members are told.', 1),
    entry('session.timeout.ms', 'Time after which a silent member of the group is given up.', 1),
  ].map((definition) => [definition.name, definition]),
);

function entry(name: string, documentation: string, atLeast: number): GroupConfigDefinition {
  return {
    name: `consumer.${name}`,
    type: 'int',
    defaultValue: null,
    range: { atLeast },
    documentation,
    brokerName: `group.consumer.${name}`,
    leastName: `group.consumer.min.${name}`,
    mostName: `group.consumer.max.${name}`,
  };
}

/** A group's entry as it holds now: set for the group, else by the broker. */
export function effectiveGroupConfig(
  definition: GroupConfigDefinition,
  group: ReadonlyMap<string, string>,
  broker: BrokerSettings,
): EffectiveConfig {
  const inherited = effectiveBrokerConfig(brokerConfigCatalog.get(definition.brokerName)!, broker);
  const own = group.get(definition.name);
  if (own === undefined) return { ...inherited, definition };
  const source = configSource.group;
  const synonyms = [{ name: definition.name, value: own, source }, ...inherited.synonyms];
  return { definition, value: own, source, synonyms };
}

/** @throws KafkaError INVALID_CONFIG for a name that a group does not have, and for a value out of the broker's limits. */
export function checkGroupSettings(group: ReadonlyMap<string, string>, broker: BrokerSettings): void {
  for (const name of group.keys())
    if (!groupConfigCatalog.has(name))
      throw new KafkaError(ErrorCode.INVALID_CONFIG, `Unknown group config name: ${name}`);
  for (const [name, text] of group) {
    const definition = groupConfigCatalog.get(name)!;
    const value = Number(parseConfigValue(definition, text));
    const limit = (limitName: string): number =>
      Number(effectiveBrokerConfig(brokerConfigCatalog.get(limitName)!, broker).value);
    if (value < limit(definition.leastName))
      throw new KafkaError(
        ErrorCode.INVALID_CONFIG,
        `${name} must be greater than or equal to ${definition.leastName}`,
      );
    if (value > limit(definition.mostName))
      throw new KafkaError(ErrorCode.INVALID_CONFIG, `${name} must be less than or equal to ${definition.mostName}`);
  }
}
