/** Which settings change what the broker does: a setting that is taken in silence and changes nothing must be marked as such. */
import { describe, expect, it } from '@jest/globals';
import { brokerConfigOf } from './broker-config.ts';
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import type { ConfigDefinition } from './config-definition.ts';
import type { BrokerSettings } from './settings.ts';
import { topicConfigOf } from './topic-config.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';

const nothing: ReadonlyMap<string, string> = new Map();

function settings(fixed: ReadonlyMap<string, string> = nothing): BrokerSettings {
  return { dynamicBroker: nothing, dynamicDefault: nothing, fixed };
}

/** Words of the entries whose values are neither numbers nor booleans nor of a given set. */
const samples: Readonly<Record<string, string>> = {
  'advertised.listeners': 'PLAINTEXT://elsewhere:1234',
  'group.consumer.migration.policy': 'disabled',
};

/** A value that the entry may have and that is not its default. */
function otherValue({ name, type, defaultValue, range }: ConfigDefinition): string {
  const sample = samples[name];
  if (sample !== undefined) return sample;
  if (range !== undefined && 'oneOf' in range) return range.oneOf.find((each) => each !== defaultValue)!;
  if (type === 'boolean') return defaultValue === 'true' ? 'false' : 'true';
  const least = range !== undefined && 'atLeast' in range ? (range.atLeast ?? 0) : 0;
  if (type === 'double') return String(least + 0.25);
  return String(least + 7);
}

describe('settings of a topic', () => {
  const before = topicConfigOf(nothing, settings());

  it.each([...topicConfigCatalog.values()])('$name: whether it has an effect ($hasEffect)', (definition) => {
    const after = topicConfigOf(new Map([[definition.name, otherValue(definition)]]), settings());
    if (definition.hasEffect) expect(after).not.toEqual(before);
    else expect(after).toEqual(before);
  });
});

describe('settings of the broker', () => {
  const effects = (set: BrokerSettings) => [brokerConfigOf(set), topicConfigOf(nothing, set)];
  const before = effects(settings());
  /** Limits of what may be set for a group, heeded when that is set. */
  const limits = /^group\.consumer\.(min|max)\.(assignment|heartbeat|session)\./;
  /** Parsed, but nothing waits for others on one node. */
  const unused = new Set(['request.timeout.ms']);

  it.each(
    [...brokerConfigCatalog.values()].filter(
      ({ name, range }) => !limits.test(name) && !unused.has(name) && !isFixed(range),
    ),
  )('$name: whether it has an effect ($hasEffect)', (definition) => {
    const after = effects(settings(new Map([[definition.name, otherValue(definition)]])));
    if (definition.hasEffect) expect(after).not.toEqual(before);
    else expect(after).toEqual(before);
  });
});

/** Whether the range leaves one value. */
function isFixed(range: ConfigDefinition['range']): boolean {
  return range !== undefined && 'atLeast' in range && range.atLeast === range.atMost;
}
