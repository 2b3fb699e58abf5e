import { wrongLakeUrl, type LakeLocation } from '../../lake/index.ts';
import type { ConfigField, ConfigProblem, ConnectorConfig } from '../../worker/index.ts';

/** A sink's configuration, in the types of its values. */
export interface SinkSettings {
  readonly topics: readonly string[];
  readonly lake: LakeLocation;
  /** The event's field whose day a row is kept under; the record's timestamp where there is none. */
  readonly dateField: string | undefined;
  readonly flushRows: number;
  readonly flushBytes: number;
  readonly flushIntervalMs: number;
  readonly memoryBytes: number;
  readonly sessionTimeoutMs: number;
  readonly compactMinFiles: number;
  readonly compactTargetBytes: number;
  readonly tidyIntervalMs: number;
  /** 0: for ever. */
  readonly retentionDays: number;
}

export const sinkFields: readonly ConfigField[] = [
  {
    name: 'topics',
    type: 'LIST',
    importance: 'HIGH',
    documentation: 'Topics to write, with commas between. One that does not exist yet is taken up when it does.',
  },
  {
    name: 'lake.url',
    type: 'STRING',
    importance: 'HIGH',
    documentation: 'Where the lake lies: a folder, or s3://BUCKET/PREFIX.',
  },
  { name: 's3.region', type: 'STRING', default: 'us-east-1', documentation: 'Region of the bucket.' },
  {
    name: 's3.endpoint',
    type: 'STRING',
    optional: true,
    documentation: "URL of an S3-compatible store that is not Amazon's.",
  },
  {
    name: 's3.access.key.id',
    type: 'STRING',
    optional: true,
    documentation: "Access key; the environment's or the machine's own when not given.",
  },
  { name: 's3.secret.access.key', type: 'PASSWORD', optional: true, documentation: 'Secret of the access key.' },
  {
    name: 'date.field',
    type: 'STRING',
    optional: true,
    documentation:
      "Field of the event (a timestamp or a date) whose day a row is kept under. The record's timestamp when not given, or where " +
      'a record has no such field.',
  },
  {
    name: 'flush.rows',
    type: 'INT',
    default: '100000',
    min: 1,
    max: 10_000_000,
    documentation: 'Rows of a topic after which its files are written.',
  },
  {
    name: 'flush.bytes',
    type: 'LONG',
    default: '33554432',
    min: 1_024,
    max: 1_073_741_824,
    documentation: 'Bytes of keys and values of a topic after which its files are written.',
  },
  {
    name: 'flush.interval.ms',
    type: 'INT',
    default: '10000',
    min: 10,
    max: 86_400_000,
    documentation: 'Milliseconds after which what there is of a topic is written.',
  },
  {
    name: 'memory.bytes',
    type: 'LONG',
    default: '536870912',
    min: 67_108_864,
    documentation: "What rows that are not written yet may take of this task's memory.",
  },
  {
    name: 'session.timeout.ms',
    type: 'INT',
    default: '10000',
    min: 500,
    max: 1_800_000,
    documentation: "Milliseconds without a sign of life after which a task's partitions go to others.",
  },
  {
    name: 'compact.min.files',
    type: 'INT',
    default: '8',
    min: 2,
    max: 10_000,
    documentation: "Small files of a partition's day that are merged into one; two suffice when the day is over.",
  },
  {
    name: 'compact.target.bytes',
    type: 'LONG',
    default: '134217728',
    min: 1_024,
    documentation: 'A file of this size is not merged any more.',
  },
  {
    name: 'tidy.interval.ms',
    type: 'INT',
    default: '60000',
    min: 100,
    max: 86_400_000,
    documentation: 'Milliseconds between rounds of merging and of retention.',
  },
  {
    name: 'retention.days',
    type: 'INT',
    default: '0',
    min: 0,
    max: 36_500,
    documentation: 'Days after which a day is removed; 0 keeps all.',
  },
];

const topicPattern = /^[a-zA-Z0-9._-]{1,249}$/;

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** What is wrong beyond single fields. */
export function sinkProblems(config: ConnectorConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const topics = listOf(config['topics'] ?? '');
  if (topics.length === 0) problems.push({ field: 'topics', message: 'topics must name at least one topic' });
  for (const topic of topics.filter((name) => !topicPattern.test(name) || name.startsWith('_')))
    problems.push({ field: 'topics', message: `"${topic}" is no topic that a lake can keep` });
  const wrongUrl = wrongLakeUrl(config['lake.url'] ?? '');
  if (wrongUrl !== undefined) problems.push({ field: 'lake.url', message: `lake.url ${wrongUrl}` });
  const endpoint = config['s3.endpoint'] ?? '';
  if (endpoint !== '' && !/^https?:\/\//.test(endpoint))
    problems.push({ field: 's3.endpoint', message: 's3.endpoint must be a URL that begins with http:// or https://' });
  if (((config['s3.access.key.id'] ?? '') === '') !== ((config['s3.secret.access.key'] ?? '') === ''))
    problems.push({
      field: 's3.access.key.id',
      message: 'an access key and its secret are given together, or neither',
    });
  return problems;
}

const present = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text;

/** @param config with its defaults, and without problems */
export function readSinkSettings(config: ConnectorConfig): SinkSettings {
  const numberOf = (name: string): number =>
    Number(present(config[name]) ?? sinkFields.find((field) => field.name === name)!.default);
  return {
    topics: [...new Set(listOf(config['topics']!))],
    lake: {
      url: config['lake.url']!,
      s3Region: present(config['s3.region']),
      s3Endpoint: present(config['s3.endpoint']),
      s3AccessKeyId: present(config['s3.access.key.id']),
      s3SecretAccessKey: present(config['s3.secret.access.key']),
    },
    dateField: present(config['date.field']),
    flushRows: numberOf('flush.rows'),
    flushBytes: numberOf('flush.bytes'),
    flushIntervalMs: numberOf('flush.interval.ms'),
    memoryBytes: numberOf('memory.bytes'),
    sessionTimeoutMs: numberOf('session.timeout.ms'),
    compactMinFiles: numberOf('compact.min.files'),
    compactTargetBytes: numberOf('compact.target.bytes'),
    tidyIntervalMs: numberOf('tidy.interval.ms'),
    retentionDays: numberOf('retention.days'),
  };
}
