/** Reads `schemas/topics.yaml` and checks it against the event schemas; every problem names the line. */
import fs from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument, isMap, type Document } from 'yaml';
import { ContractsError } from './contracts-error.ts';
import type { AvroNode, AvroObject, EventSchema } from './event-schemas.ts';
import { topicConfigurationNames } from './topic-configuration.ts';

export interface TopicEntry {
  name: string;
  doc: string;
  keyFields: string[];
  /** How many leading fields of the key say the partition. */
  partitionFields: number;
  partitions: number;
  config: Record<string, string>;
  compacted: boolean;
  owner: string;
  subscribers: string[];
  events: EventSchema[];
  /** Where in the file, from 1. */
  lines: { owner: number; subscribers: number };
}

const file = 'schemas/topics.yaml';
const cleanupPolicies = ['delete', 'compact', 'compact,delete'];
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const knownFields = [
  'doc',
  'key',
  'partitions',
  'partitionBy',
  'cleanupPolicy',
  'retention',
  'config',
  'owner',
  'subscribers',
  'events',
];

/** `forever` or a number with its unit, in Kafka's milliseconds; undefined when it is neither. */
function retentionMsOf(value: unknown): string | undefined {
  if (value === 'forever') return '-1';
  const [, amount, unit] = /^(\d+)([mhd])$/.exec(typeof value === 'string' ? value : '') ?? [];
  return amount && unit ? String(Number(amount) * unitMs[unit as keyof typeof unitMs]) : undefined;
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** A field can be (part of) a key when it is always there and its text is unambiguous. */
function canBeKey(type: AvroNode): boolean {
  if (typeof type === 'string') return type === 'string' || type === 'int' || type === 'long';
  return !Array.isArray(type) && (type.type === 'enum' || type.logicalType === 'uuid' || type.logicalType === 'date');
}

/** The type of a field; `after.id` is one of a captured row, whose record stands in a union with null. */
function typeOf({ schema }: EventSchema, name: string): AvroNode | undefined {
  const [first, second] = name.split('.');
  const field = schema.fields.find((candidate) => candidate.name === first);
  if (second === undefined || !field) return field?.type;
  const row = recordsOf(schema.fields.map(({ type }) => type)).find(
    (record) => record.name === nameOf(field.type) || nodesOf(field.type).includes(record),
  );
  return row?.fields?.find((candidate) => candidate.name === second)?.type;
}

const nodesOf = (type: AvroNode): readonly AvroNode[] => (Array.isArray(type) ? type : [type]);

/** The record that a union with null names. */
const nameOf = (type: AvroNode): AvroNode | undefined => nodesOf(type).find((node) => node !== 'null');

const recordsOf = (types: readonly AvroNode[]): AvroObject[] =>
  types
    .flatMap(nodesOf)
    .filter((node): node is AvroObject => typeof node === 'object' && !Array.isArray(node) && node.type === 'record');

class TopicReader {
  readonly problems: string[] = [];

  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly schemas: ReadonlyMap<string, EventSchema>,
  ) {}

  /** Of the place, or of the nearest that there is around it. */
  private lineOf(at: (string | number)[]): number {
    let offset: number | undefined;
    for (let depth = at.length; depth > 0 && offset === undefined; depth--) {
      const node = this.document.getIn(at.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      offset = node?.range?.[0];
    }
    return this.lines.linePos(offset ?? 0).line;
  }

  private problem(at: (string | number)[], text: string): void {
    this.problems.push(`${file}:${this.lineOf(at)}: ${at.join('.')}: ${text}`);
  }

  read(name: string, given: unknown): TopicEntry {
    const at = ['topics', name];
    const isEntry = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (!isEntry) this.problem(at, `must be a map of ${knownFields.join(', ')}`);
    const entry = isEntry ? (given as Record<string, unknown>) : {};
    if (!/^[a-z0-9_]{1,200}$/.test(name)) this.problem(at, 'a topic is named in snake_case, at most 200 characters');
    for (const field of Object.keys(entry))
      if (!knownFields.includes(field)) this.problem([...at, field], `unknown; known are ${knownFields.join(', ')}`);
    const events = this.events(at, entry['events']);
    const topic = {
      name,
      doc: this.text(at, 'doc', entry['doc']),
      partitions: this.partitions(at, entry['partitions']),
      config: this.config(at, entry),
      compacted: String(entry['cleanupPolicy']).includes('compact'),
      owner: this.text(at, 'owner', entry['owner']),
      subscribers: this.subscribers(at, entry['subscribers']),
      events,
      lines: { owner: this.lineOf([...at, 'owner']), subscribers: this.lineOf([...at, 'subscribers']) },
    };
    const keyFields = this.keyFields(at, entry['key'], events);
    return { ...topic, keyFields, partitionFields: this.partitionFields(at, entry['partitionBy'], keyFields) };
  }

  private text(at: string[], field: string, value: unknown): string {
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    this.problem([...at, field], 'a text is needed');
    return '';
  }

  private partitions(at: string[], value: unknown): number {
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 10_000) return value as number;
    this.problem([...at, 'partitions'], `must be a whole number from 1 to 10000, got ${String(value)}`);
    return 1;
  }

  private subscribers(at: string[], value: unknown): string[] {
    if (value === undefined) return [];
    if (isStrings(value)) return value;
    this.problem([...at, 'subscribers'], 'must be a list of service names');
    return [];
  }

  private config(at: string[], entry: Record<string, unknown>): Record<string, string> {
    const policy = entry['cleanupPolicy'];
    if (typeof policy !== 'string' || !cleanupPolicies.includes(policy))
      this.problem([...at, 'cleanupPolicy'], `must be one of ${cleanupPolicies.join(' | ')}`);
    const config: Record<string, string> = { 'cleanup.policy': String(policy) };
    if (entry['retention'] !== undefined) {
      const retentionMs = retentionMsOf(entry['retention']);
      if (retentionMs === undefined)
        this.problem([...at, 'retention'], 'must be forever, or a number and a unit: 30d, 12h, 15m');
      else config['retention.ms'] = retentionMs;
    } else if (policy !== 'compact') {
      this.problem([...at, 'retention'], 'is needed where records are deleted by age: forever, or 30d, 12h, 15m');
    }
    return { ...config, ...this.furtherConfig(at, entry['config']) };
  }

  private furtherConfig(at: string[], given: unknown): Record<string, string> {
    if (given === undefined || given === null) return {};
    if (typeof given !== 'object' || Array.isArray(given)) {
      this.problem([...at, 'config'], "must be a map of Kafka's names to values: min.insync.replicas: 2");
      return {};
    }
    const fields: Readonly<Record<string, string>> = { 'cleanup.policy': 'cleanupPolicy', 'retention.ms': 'retention' };
    for (const name of Object.keys(given))
      if (name in fields) this.problem([...at, 'config', name], `is set by the field ${fields[name]}`);
      else if (!topicConfigurationNames.has(name))
        this.problem([...at, 'config', name], 'is no configuration of a topic in Kafka; check its spelling');
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  }

  private events(at: string[], value: unknown): EventSchema[] {
    if (!isStrings(value) || value.length === 0) {
      this.problem([...at, 'events'], 'names no event; give the full names of the records that the topic carries');
      return [];
    }
    return value.flatMap((name, index) => {
      const schema = this.schemas.get(name);
      if (schema && value.indexOf(name) === index) return [schema];
      this.problem(
        [...at, 'events', index] as string[],
        schema ? `${name} is named twice` : `no schema under schemas/ is named ${name}`,
      );
      return [];
    });
  }

  private keyFields(at: string[], value: unknown, events: readonly EventSchema[]): string[] {
    const fields = this.text(at, 'key', value).split('|').filter(Boolean);
    for (const event of events)
      for (const field of fields) {
        const type = typeOf(event, field);
        if (type === undefined || !canBeKey(type))
          this.problem(
            [...at, 'key'],
            `${event.fullName} (${event.file}) has no field ${field} that is always there and a string, int, long, enum, uuid or date`,
          );
      }
    return fields;
  }

  /** Leading fields only, so that the partition follows from the key's text alone. */
  private partitionFields(at: string[], value: unknown, keyFields: readonly string[]): number {
    if (value === undefined) return keyFields.length;
    const fields = this.text(at, 'partitionBy', value).split('|').filter(Boolean);
    if (fields.length >= keyFields.length || fields.some((field, index) => field !== keyFields[index]))
      this.problem([...at, 'partitionBy'], `must be leading fields of the key ${keyFields.join('|')}, and not all`);
    return fields.length;
  }
}

/** An event in no topic is written by nobody. */
function uncarried(schemas: readonly EventSchema[], topics: readonly TopicEntry[]): string[] {
  const carried = new Set(topics.flatMap(({ events }) => events));
  return schemas
    .filter((schema) => !carried.has(schema))
    .map((schema) => `${schema.file}: no topic carries ${schema.fullName}; name it among the events of one in ${file}`);
}

/** The topics in their order. @throws {ContractsError} naming every wrong line. */
export function readTopics(root: string, schemas: readonly EventSchema[]): TopicEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(fs.readFileSync(path.join(root, file), 'utf8'), { lineCounter: lines });
  if (document.errors.length > 0)
    throw new ContractsError(
      document.errors.map((error) => `${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`),
    );
  if (!isMap(document.get('topics'))) throw new ContractsError([`${file}:1: a map named topics is needed`]);
  const reader = new TopicReader(document, lines, new Map(schemas.map((schema) => [schema.fullName, schema])));
  const { topics } = document.toJS() as { topics: Record<string, unknown> };
  const entries = Object.entries(topics).map(([name, entry]) => reader.read(name, entry));
  const problems = [...reader.problems, ...uncarried(schemas, entries)];
  if (problems.length > 0) throw new ContractsError(problems);
  return entries;
}
