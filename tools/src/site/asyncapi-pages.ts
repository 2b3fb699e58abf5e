/** Reference pages of what each service sends and receives, from its AsyncAPI document. */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { cell, table, words, type LedgerPage } from './ledger-page.ts';

interface Reference {
  readonly $ref: string;
}

type AvroType =
  | string
  | readonly AvroType[]
  | {
      readonly type: AvroType;
      readonly logicalType?: string;
      readonly name?: string;
      readonly symbols?: readonly string[];
      readonly items?: AvroType;
      readonly values?: AvroType;
      readonly scale?: number;
      readonly fields?: readonly AvroField[];
    };

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
  readonly default?: unknown;
}

interface Message {
  readonly title: string;
  readonly summary?: string;
  readonly payload?: { readonly schema?: { readonly fields?: readonly AvroField[] } };
  readonly bindings?: { readonly kafka?: { readonly key?: { readonly description?: string } } };
}

interface AsyncApi {
  readonly info: { readonly description: string };
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly description: string;
        readonly bindings: {
          readonly kafka: {
            readonly partitions: number;
            readonly topicConfiguration: Readonly<Record<string, unknown>>;
          };
        };
      }
    >
  >;
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly action: 'send' | 'receive';
        readonly channel: Reference;
        readonly messages: readonly Reference[];
        readonly description?: string;
        readonly bindings?: { readonly kafka?: { readonly groupId?: { readonly enum: readonly string[] } } };
      }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

/** One page for each service that has a document. */
export function asyncApiPages(root: string): LedgerPage[] {
  const folder = path.join(root, 'docs/asyncapi');
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => {
      const service = path.basename(file, '.yaml');
      const document = parse(fs.readFileSync(path.join(folder, file), 'utf8')) as AsyncApi;
      return { page: `messages/${service}.html`, markdown: messagesPage(service, document) };
    });
}

function messagesPage(service: string, document: AsyncApi): string {
  const operations = Object.values(document.operations);
  const sections = (action: 'send' | 'receive', title: string): string[] => {
    const own = operations.filter((operation) => operation.action === action);
    return own.length === 0 ? [] : [`## ${title}`, ...own.map((operation) => operationText(operation, document))];
  };
  const used = new Set(operations.flatMap(({ messages }) => messages.map(({ $ref }) => nameIn($ref))));
  const messages = [...used].map((name) => messageText(document.components.messages[name]!));
  return [
    `# Messages: ${service}`,
    document.info.description,
    'Bytes are Avro behind the id of its schema, as Confluent frames them. The same as AsyncAPI, for tools, is in `docs/asyncapi`.',
    ...sections('receive', 'Receives'),
    ...sections('send', 'Sends'),
    '## Messages',
    ...messages,
  ].join('\n\n');
}

const nameIn = (reference: string): string => reference.split('/').at(-1)!;

function operationText(operation: AsyncApi['operations'][string], { channels, components }: AsyncApi): string {
  const { address, description, bindings } = channels[nameIn(operation.channel.$ref)]!;
  const { partitions, topicConfiguration } = bindings.kafka;
  const group = operation.bindings?.kafka?.groupId?.enum[0];
  const messages = operation.messages.map(({ $ref }) => components.messages[nameIn($ref)]!);
  const key = messages.map((message) => message.bindings?.kafka?.key?.description).find(Boolean);
  const rows = [
    ...(group === undefined ? [] : [`| group | \`${group}\` |`]),
    `| partitions | ${partitions} |`,
    ...(key === undefined ? [] : [`| key | ${cell(key)} |`]),
    ...Object.entries(topicConfiguration).map(([name, value]) => `| \`${name}\` | ${String(value)} |`),
    `| messages | ${messages.map(({ title }) => `[${title}](#${title.toLowerCase()})`).join(', ')} |`,
  ];
  return [`### ${address}`, words(description), words(operation.description), table(['', ''], rows)].join('\n\n');
}

function messageText({ title, summary, payload }: Message): string {
  const rows = (payload?.schema?.fields ?? []).map(
    ({ name, type, doc, default: value }) =>
      `| \`${name}\` | ${typeText(type)} | ${value === undefined ? '' : `\`${JSON.stringify(value)}\``} | ${cell(doc)} |`,
  );
  const fields = rows.length === 0 ? [] : [table(['field', 'type', 'default', 'what it is'], rows)];
  return [`### ${title}`, words(summary), ...fields].join('\n\n');
}

function typeText(type: AvroType): string {
  if (typeof type === 'string') return type;
  if (isUnion(type)) return type.map(typeText).join(' or ');
  if (type.logicalType !== undefined)
    return type.scale === undefined ? type.logicalType : `${type.logicalType} of ${type.scale} digits`;
  if (type.items !== undefined) return `list of ${typeText(type.items)}`;
  if (type.values !== undefined) return `map of ${typeText(type.values)}`;
  if (type.symbols !== undefined) return type.symbols.map((symbol) => `\`${symbol}\``).join(', ');
  return type.fields === undefined
    ? typeText(type.type)
    : `${type.name}: ${type.fields.map((field) => `\`${field.name}\` ${typeText(field.type)}`).join(', ')}`;
}

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);
