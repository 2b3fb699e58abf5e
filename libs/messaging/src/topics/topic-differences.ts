/** How a topic differs from its contract, in words that name both and what to do. */
import type { TopicDescription, TopicToCreate } from '../client/index.ts';

/** A value of a topic that is not as its contract says. */
export interface TopicDifference {
  readonly topic: string;
  /** `partitions`, or a configuration's name in Kafka. */
  readonly setting: string;
  readonly contract: string;
  /** Undefined when the broker tells no value. */
  readonly found: string | undefined;
  /** Whether what is built on the topic breaks: then a service does not start on it. */
  readonly decisive: boolean;
}

/** Settings whose difference makes the topic another one: a table is no log. */
const decisiveSettings = new Set(['cleanup.policy']);

/** Their order means nothing. */
const listSettings = new Set(['cleanup.policy']);

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function sameValue(setting: string, contract: string, found: string | undefined): boolean {
  if (found === undefined || !listSettings.has(setting)) return contract === found;
  const sorted = (list: string): string =>
    list
      .split(',')
      .map((item) => item.trim())
      .sort()
      .join(',');
  return sorted(contract) === sorted(found);
}

export function differencesOf(wanted: TopicToCreate, found: TopicDescription): TopicDifference[] {
  const differences: TopicDifference[] = [];
  const add = (setting: string, contract: string, actual: string | undefined, decisive: boolean): void => {
    differences.push({ topic: wanted.name, setting, contract, found: actual, decisive });
  };
  if (found.partitions !== wanted.partitions)
    add('partitions', String(wanted.partitions), String(found.partitions), found.partitions < wanted.partitions);
  for (const [setting, value] of Object.entries(wanted.config)) {
    const actual = found.config[setting];
    if (!sameValue(setting, value, actual)) add(setting, value, actual, decisiveSettings.has(setting));
  }
  return differences;
}

/** `604800000 (7 days)`, `-1 (forever)`; other settings as they are. */
function shown(setting: string, value: string | undefined): string {
  if (value === undefined) return 'not set';
  if (!setting.endsWith('retention.ms')) return value;
  if (value === '-1') return '-1 (forever)';
  const [unit, unitMs] = units.find(([, of]) => Number(value) >= of && Number(value) % of === 0) ?? [];
  if (unit === undefined) return value;
  const count = Number(value) / unitMs;
  return `${value} (${count} ${unit}${count === 1 ? '' : 's'})`;
}

function remedyOf({ topic, setting, contract, decisive }: TopicDifference): string {
  if (setting !== 'partitions')
    return (
      `set it (kafka-configs --alter --topic ${topic} --add-config ${setting}=[${contract}]) ` +
      'or change the contract in schemas/topics.yaml'
    );
  return decisive
    ? 'create the topic anew and write its records again (more partitions would move keys away from their history), ' +
        'or change the contract in schemas/topics.yaml'
    : 'bring the contract in schemas/topics.yaml to it: partitions cannot be taken away';
}

/** One sentence. */
export function describeDifference(difference: TopicDifference): string {
  const { topic, setting, contract, found } = difference;
  const isWhat =
    setting === 'partitions'
      ? `it has ${found} partitions, its contract says ${contract}`
      : `${setting} is ${shown(setting, found)}, its contract says ${shown(setting, contract)}`;
  return `topic ${topic}: ${isWhat}; ${remedyOf(difference)}`;
}
