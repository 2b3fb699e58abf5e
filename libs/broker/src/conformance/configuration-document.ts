/** docs/broker-configuration.md, made of the catalogs of the metadata room. */
import {
  brokerConfigCatalog,
  groupConfigCatalog,
  topicConfigCatalog,
  type BrokerConfigDefinition,
  type ConfigDefinition,
} from '../server/index.ts';
import { renderTable } from './kafka-api-document.ts';

const HEADER = `# Configuration of the broker

Every configuration of Apache Kafka 4.3 by its name, with what it does here. DescribeConfigs shows all of them with their types
and Kafka's defaults, so that tools find what they look for; a name that Kafka does not have is refused. Settings are given at
start (\`--config name=value\`, or \`config\` of \`Broker.start\`) and, where it says so, changed while the broker runs, for this
node or for all nodes (\`kafka-configs --entity-type brokers\`).

Made by \`node libs/broker/dist/conformance/main.js\`; a test compares it with the code, and another one tries for each entry
whether it has the effect that is said here.
`;

export function renderConfigurationDocument(): string {
  const broker = [...brokerConfigCatalog.values()];
  const explained = broker.filter((definition) => definition.hasEffect || isExplained(definition));
  const others = broker.filter((definition) => !explained.includes(definition));
  return [
    HEADER,
    '## Topics\n',
    'Set for a topic, else taken from the broker’s entry.\n',
    renderTable([
      ['name', 'type', 'default', 'the broker’s entry', 'effect', 'meaning'],
      ...[...topicConfigCatalog.values()].map((definition) => [
        ...rowStart(definition),
        definition.brokerNames.map(code).join(', '),
        definition.hasEffect ? 'yes' : 'none',
        definition.documentation,
      ]),
    ]),
    '## Groups\n',
    'Set for a group of the consumer protocol (KIP-848), else taken from the broker’s entry, within the broker’s limits.\n',
    renderTable([
      ['name', 'type', 'the broker’s entry', 'meaning'],
      ...[...groupConfigCatalog.values()].map(({ name, type, brokerName, documentation }) => [
        code(name),
        type,
        code(brokerName),
        documentation,
      ]),
    ]),
    '## The broker\n',
    renderTable([
      ['name', 'type', 'default', 'while it runs', 'effect', 'meaning'],
      ...explained.map((definition) => [
        ...rowStart(definition),
        definition.isDynamic ? 'yes' : '',
        definition.hasEffect ? 'yes' : 'none',
        definition.documentation,
      ]),
    ]),
    '## Taken without effect\n',
    'Replication, controllers, threads, authentication and encryption, quotas, tiered storage, share and streams groups, plug-ins:',
    'a `server.properties` may hold these, and tools may read them. They are checked for their type, shown, and change nothing.\n',
    `${others.map(({ name }) => code(name)).join(', ')}.\n`,
  ].join('\n');
}

/** Whether an entry without effect says why. */
function isExplained({ documentation }: BrokerConfigDefinition): boolean {
  return !documentation.startsWith('Taken and shown;');
}

function rowStart({ name, type, defaultValue }: ConfigDefinition): string[] {
  return [code(name), type, defaultValue === null ? '' : code(defaultValue)];
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
