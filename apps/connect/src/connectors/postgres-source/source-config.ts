/** What a PostgreSQL source is told. */
import { topics, type EventContract, type TopicContract } from '@headwater/contracts';
import { type CapturedTable } from '@headwater/event-sourcing';
import { ConnectorError, type ConfigField, type ConfigProblem, type ConnectorConfig } from '../../worker/index.ts';

export const sourceFields: readonly ConfigField[] = [
  {
    name: 'database.url',
    type: 'PASSWORD',
    importance: 'HIGH',
    documentation:
      'The database, postgres://user:password@host:port/name, best as a reference such as ${MYBANK_LEDGER_DATABASE_URL}. The role needs REPLICATION ' +
      'and SELECT, and owns the tables or finds the publication made.',
  },
  {
    name: 'slot.name',
    type: 'STRING',
    importance: 'HIGH',
    documentation:
      'Name of the replication slot and the publication, and source.name of the records: lower-case letters, digits, underscores.',
  },
  {
    name: 'value.converter',
    type: 'STRING',
    default: 'avro',
    values: ['avro', 'json'],
    documentation:
      'avro: by the contract of each topic, through the schema registry; json: Debezium’s envelope as JSON without schemas.',
  },
  {
    name: 'snapshot.mode',
    type: 'STRING',
    default: 'initial',
    values: ['initial', 'never'],
    documentation: 'initial: the rows that are there come first; never: changes only.',
  },
  {
    name: 'slot.lost',
    type: 'STRING',
    default: 'stop',
    values: ['stop', 'snapshot'],
    documentation:
      'When the slot is lost, and changes with it: stop, FAILED, until somebody decides; or read every row anew.',
  },
  {
    name: 'record.refused',
    type: 'STRING',
    default: 'stop',
    values: ['stop', 'skip'],
    documentation: 'When the broker will never take a record, since it is too large: stop, FAILED; or leave it out.',
  },
  {
    name: 'topic.partitions',
    type: 'INT',
    default: '6',
    min: 1,
    max: 10_000,
    importance: 'LOW',
    documentation: 'Partitions of topics that have no contract, when they are made.',
  },
  {
    name: 'lease.ms',
    type: 'INT',
    default: '10000',
    min: 1000,
    max: 600_000,
    importance: 'LOW',
    documentation: 'How long a reader that is not heard of keeps the slot.',
  },
  {
    name: 'heartbeat.interval.ms',
    type: 'INT',
    default: '10000',
    min: 10,
    max: 3_600_000,
    importance: 'LOW',
    documentation: 'How often something is written into the log, so that a quiet database lets go of it.',
  },
];

const TABLE_FIELD = /^tables\.([^.]+)\.([^.]+)\.(topic|key|tombstones|truncate)$/;
const SLOT_NAME = /^[a-z0-9_]{1,63}$/;

/** `tables.<schema>.<table>.topic` and the like. */
export function isTableField(name: string): boolean {
  return TABLE_FIELD.test(name);
}

/** What is wrong beyond single fields. */
export function sourceProblems(config: ConnectorConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const complain = (field: string, message: string): void => void problems.push({ field, message });
  const url = config['database.url'] ?? '';
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    complain('database.url', 'must be postgres://user:password@host:port/name');
  if (!SLOT_NAME.test(config['slot.name'] ?? ''))
    complain('slot.name', 'must be lower-case letters, digits and underscores, 63 at most');
  const tables = tableFields(config);
  if (tables.size === 0) complain('tables', 'is missing: tables.<schema>.<table>.topic and .key');
  for (const [name, { topic, key, tombstones, truncate }] of tables) {
    const prefix = `tables.${name}`;
    if (topic === undefined) complain(`${prefix}.topic`, 'is missing');
    if (key === undefined) complain(`${prefix}.key`, 'is missing: the column whose value is the key');
    if (tombstones !== undefined && tombstones !== 'true' && tombstones !== 'false')
      complain(`${prefix}.tombstones`, `must be true or false, not ${tombstones}`);
    if (truncate !== undefined && truncate !== 'publish' && truncate !== 'skip')
      complain(`${prefix}.truncate`, `must be one of publish, skip, not ${truncate}`);
    if (topic === undefined || key === undefined || config['value.converter'] !== 'avro') continue;
    const problem = contractProblem(topic, key);
    if (problem !== undefined) complain(`${prefix}.${problem.field}`, problem.message);
  }
  return problems;
}

/** The tables to capture, of a configuration without problems. */
export function capturedTables(config: ConnectorConfig): readonly CapturedTable[] {
  return [...tableFields(config)].map(([name, { topic, key, tombstones, truncate }]) => {
    const [schema = '', table = ''] = name.split('.');
    const contract = findContract(topic!);
    return {
      schema,
      table,
      topic: topic!,
      key: key!,
      // A topic that is kept whole has no use for them.
      tombstones: tombstones === undefined ? (contract?.compacted ?? true) : tombstones === 'true',
      truncate: truncate === 'publish' ? 'publish' : 'skip',
    };
  });
}

/** A topic's contract and its event. @throws ConnectorError when there is none, or more events */
export function contractOf(topic: string): { readonly contract: TopicContract; readonly event: EventContract } {
  const contract = findContract(topic);
  const events = Object.values(contract?.events ?? {});
  if (contract && events.length === 1) return { contract, event: events[0]! };
  throw new ConnectorError('CONTRACT_MISSING', `topic ${topic} ${contractLacks(contract)}`, false);
}

export function findContract(topic: string): TopicContract | undefined {
  return Object.values<TopicContract>(topics).find(({ name }) => name === topic);
}

function contractProblem(topic: string, key: string): { readonly field: string; readonly message: string } | undefined {
  const contract = findContract(topic);
  if (!contract || Object.keys(contract.events).length !== 1) {
    return { field: 'topic', message: `${topic} ${contractLacks(contract)}` };
  }
  const wanted = contract.keyFields.join('|');
  if (wanted === `after.${key}`) return undefined;
  return { field: 'key', message: `${key} is not the key that the contract of ${topic} says: ${wanted}` };
}

function contractLacks(contract: TopicContract | undefined): string {
  return contract
    ? 'carries several events by its contract: a captured table has one'
    : 'has no contract in schemas/topics.yaml: lay one, or choose value.converter json';
}

type TableFields = Partial<Record<'topic' | 'key' | 'tombstones' | 'truncate', string>>;

function tableFields(config: ConnectorConfig): Map<string, TableFields> {
  const tables = new Map<string, TableFields>();
  for (const [field, value] of Object.entries(config)) {
    const match = TABLE_FIELD.exec(field);
    if (!match) continue;
    const name = `${match[1]!}.${match[2]!}`;
    tables.set(name, { ...tables.get(name), [match[3]!]: value });
  }
  return tables;
}
