/** docs/catalogue.md: every topic and every event, for people. */
import type { AvroField, AvroNode, AvroObject, EventSchema } from './event-schemas.ts';
import type { ServiceContract } from './services.ts';
import type { TopicEntry } from './topics-file.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(...head) + row(...head.map(() => '---')) + rows.map((cells) => row(...cells)).join('');

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
const linkTo = (heading: string): string => `[${heading}](#${anchorOf(heading)})`;

/** `string`, `decimal(12, 2)`, `string or null`, `list of long`. */
export function typeText(node: AvroNode): string {
  if (Array.isArray(node))
    return node
      .map(typeText)
      .sort((a, b) => Number(a === 'null') - Number(b === 'null'))
      .join(' or ');
  if (typeof node === 'string') return node.slice(node.lastIndexOf('.') + 1);
  if (node.logicalType === 'decimal') return `decimal(${node.precision}, ${node.scale ?? 0})`;
  if (node.logicalType !== undefined) return node.logicalType;
  if (node.type === 'array') return `list of ${typeText(node.items!)}`;
  if (node.type === 'map') return `map of ${typeText(node.values!)}`;
  if (node.type === 'enum') return `${node.name}: ${node.symbols!.join(', ')}`;
  if (node.type === 'fixed') return `${node.name}: ${node.size} bytes`;
  return node.name ?? node.type;
}

/** Records that stand inside of a type. */
function recordsIn(node: AvroNode): AvroObject[] {
  if (typeof node === 'string') return [];
  if (Array.isArray(node)) return node.flatMap(recordsIn);
  const inner = [node.items, node.values].flatMap((inside) => (inside === undefined ? [] : recordsIn(inside)));
  if (node.type !== 'record') return inner;
  return [node, ...node.fields!.flatMap(({ type }) => recordsIn(type))];
}

const defaultText = (value: unknown): string => (value === undefined ? '' : `\`${JSON.stringify(value)}\``);

function fieldTable(fields: readonly AvroField[]): string {
  return table(
    ['field', 'type', 'default', ''],
    fields.map(({ name, type, default: value, doc }) => [
      `\`${name}\``,
      typeText(type),
      defaultText(value),
      doc ?? (typeof type === 'object' && !Array.isArray(type) ? (type.doc ?? '') : ''),
    ]),
  );
}

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** How a version differs from the one before it. */
function changesBetween(before: AvroObject, after: AvroObject): string {
  const old = new Map(before.fields!.map((field) => [field.name, field]));
  const now = new Map(after.fields!.map((field) => [field.name, field]));
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changed = [...now.values()].filter(
    ({ name, type }) => old.has(name) && typeText(old.get(name)!.type) !== typeText(type),
  );
  const parts = [
    ...(added.length > 0 ? [`added ${codes(added)}`] : []),
    ...(removed.length > 0 ? [`removed ${codes(removed)}`] : []),
    ...(changed.length > 0 ? [`changed ${codes(changed.map(({ name }) => name))}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'docs and defaults';
}

function versionTable(event: EventSchema, versions: readonly string[]): string {
  const parsed = versions.map((text) => JSON.parse(text) as AvroObject);
  const rows = parsed.map((schema, index) => [
    `[${index + 1}](../schemas/history/${event.fullName}/${index + 1}.avsc)`,
    index === 0 ? `${schema.fields!.length} fields` : changesBetween(parsed[index - 1]!, schema),
  ]);
  return table(['version', ''], rows);
}

function eventSection(event: EventSchema, topics: readonly TopicEntry[], versions: readonly string[]): string {
  const { schema, fullName, file } = event;
  const nested = recordsIn(schema).slice(1);
  return [
    `### ${schema.name}\n`,
    `${schema.doc ?? ''}\n`,
    `\`${fullName}\`, version ${versions.length}, in [${file}](../${file}), on ${topics.map(({ name }) => linkTo(name)).join(', ')}.\n`,
    fieldTable(schema.fields),
    ...nested.map(
      (record) => `\nIn it, \`${record.name}\`${record.doc ? `: ${record.doc}` : ''}\n\n${fieldTable(record.fields!)}`,
    ),
    '\n' + versionTable(event, versions),
  ].join('\n');
}

/** `604800000` -> `7 days`; what is not a whole number of a unit as it is. */
function retentionText(config: Readonly<Record<string, string>>): string {
  const retentionMs = config['retention.ms'];
  if (retentionMs === undefined) return 'the latest of each key';
  if (retentionMs === '-1') return 'forever';
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const [unit, unitMs] = units.find(([, of]) => Number(retentionMs) % of === 0) ?? ['ms', 1];
  const count = Number(retentionMs) / unitMs;
  return `${count} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`;
}

function topicSection(topic: TopicEntry, services: readonly ServiceContract[]): string {
  const groups = services.flatMap(({ name, receives }) =>
    receives
      .filter((received) => received.topic === topic)
      .map((received) => `${name}${received.groups.length > 0 ? ` (${codes(received.groups)})` : ''}`),
  );
  const further = Object.entries(topic.config).filter(([name]) => name !== 'cleanup.policy' && name !== 'retention.ms');
  return [
    `### ${topic.name}\n`,
    `${topic.doc}\n`,
    table(
      ['', ''],
      [
        ['key', codes(topic.keyFields)],
        ...(topic.partitionFields < topic.keyFields.length
          ? [['partitioned by', codes(topic.keyFields.slice(0, topic.partitionFields))]]
          : []),
        ['partitions', String(topic.partitions)],
        ['cleanup policy', topic.config['cleanup.policy']!],
        ['retention', retentionText(topic.config)],
        ...further.map(([name, value]) => [name, value]),
        ['owner', topic.owner],
        ['subscribers', groups.length > 0 ? groups.join(', ') : topic.subscribers.join(', ') || 'none'],
        [
          'events',
          topic.events.map(({ schema }) => linkTo(schema.name)).join(', ') + (topic.compacted ? ', tombstones' : ''),
        ],
      ],
    ),
  ].join('\n');
}

function diagram(topics: readonly TopicEntry[]): string {
  const id = (kind: string, name: string): string => `${kind}_${name.replace(/[^A-Za-z0-9]/g, '_')}`;
  const services = [...new Set(topics.flatMap(({ owner, subscribers }) => [owner, ...subscribers]))].sort();
  return [
    '```mermaid',
    'flowchart LR',
    ...services.map((name) => `  ${id('service', name)}["${name}"]`),
    ...topics.map(({ name, compacted }) => `  ${id('topic', name)}${compacted ? `[("${name}")]` : `[["${name}"]]`}`),
    ...topics.flatMap((topic) => [
      `  ${id('service', topic.owner)} --> ${id('topic', topic.name)}`,
      ...topic.subscribers.map((name) => `  ${id('topic', topic.name)} --> ${id('service', name)}`),
    ]),
    '```',
  ].join('\n');
}

/** @param versions texts of an event's versions, oldest first, the present one among them. */
export function catalogueText(
  topics: readonly TopicEntry[],
  services: readonly ServiceContract[],
  versions: (event: EventSchema) => readonly string[],
): string {
  const events = [...new Set(topics.flatMap((topic) => topic.events))].sort((a, b) =>
    a.fullName.localeCompare(b.fullName),
  );
  return [
    '<!-- Generated by `npm run contracts` from schemas/. Do not edit. -->\n',
    '# Catalogue\n',
    'Every topic and every event of the platform. Its source is [schemas/](../schemas/topics.yaml); each service has an ' +
      `AsyncAPI document beside it: ${services.map(({ name }) => `[${name}](asyncapi/${name}.yaml)`).join(', ') || 'none yet'}. ` +
      'How to change an event: [evolving an event](guides/evolving-an-event.md); how to add one: [adding an event](guides/adding-an-event.md).\n',
    '## Who sends, who receives\n',
    `${diagram(topics)}\n`,
    'A box with double sides is a log, a cylinder a compacted topic: the latest record of each key.\n',
    '## Topics\n',
    ...topics.map((topic) => topicSection(topic, services)),
    '\n## Events\n',
    ...events.map((event) =>
      eventSection(
        event,
        topics.filter((topic) => topic.events.includes(event)),
        versions(event),
      ),
    ),
  ].join('\n');
}
