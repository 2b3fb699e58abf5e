/** schemas/topics.yaml as text: its comments and its layout are its author's, and what is added is cut out again without a trace. */
import { isSeq, parseDocument, type Document, type Node } from 'yaml';

/** A topic to enter. */
export interface NewTopic {
  readonly name: string;
  readonly doc: string;
  readonly key: string;
  readonly compacted?: boolean;
  readonly owner: string;
  readonly events: readonly string[];
}

export function addTopic(text: string, { name, doc, key, compacted = false, owner, events }: NewTopic): string {
  const lines = [
    `  ${name}:`,
    `    doc: ${doc}`,
    `    key: ${key}`,
    '    partitions: 6',
    `    cleanupPolicy: ${compacted ? 'compact' : 'delete'}`,
    ...(compacted ? [] : ['    retention: forever']),
    `    owner: ${owner}`,
    `    events: [${events.join(', ')}]`,
  ];
  const begun = text.replace(/^topics:[ \t]*\{\}[ \t]*$/m, 'topics:').replace(/\n*$/, '\n');
  return `${begun}${/^topics:\s*$/m.test(begun.trimEnd().split('\n').at(-1)!) ? '' : '\n'}${lines.join('\n')}\n`;
}

export function removeTopics(text: string, names: readonly string[]): string {
  const left = names.reduce((before, name) => {
    const block = new RegExp(`^\\n?  ${name}:\\n(?:(?:    .*)?\\n)*?(?=\\n?  \\S|\\S|$(?![\\s\\S]))`, 'm');
    return before.replace(block, '');
  }, text);
  return /^topics:\s*$/m.test(left.trimEnd().split('\n').at(-1)!)
    ? left.replace(/^topics:\s*$/m, 'topics: {}\n')
    : left;
}

export function addTopicEvent(text: string, topic: string, event: string): string {
  return withList(text, topic, 'events', (events) => [...events, event]);
}

export function removeTopicEvent(text: string, topic: string, event: string): string {
  return withList(text, topic, 'events', (events) => events.filter((each) => each !== event));
}

export function addSubscriber(text: string, topic: string, service: string): string {
  const subscribers = listOf(parseDocument(text), topic, 'subscribers');
  if (subscribers) return withList(text, topic, 'subscribers', (names) => [...names, service]);
  const document = parseDocument(text);
  const owner = document.getIn(['topics', topic, 'owner'], true) as Node;
  const end = text.indexOf('\n', owner.range![1]);
  return `${text.slice(0, end)}\n    subscribers: [${service}]${text.slice(end)}`;
}

export function removeSubscriber(text: string, topic: string, service: string): string {
  const subscribers = listOf(parseDocument(text), topic, 'subscribers');
  if (!subscribers?.names.includes(service)) return text;
  if (subscribers.names.length > 1)
    return withList(text, topic, 'subscribers', (names) => names.filter((name) => name !== service));
  const begin = text.lastIndexOf('\n', text.lastIndexOf('subscribers:', subscribers.from));
  return text.slice(0, begin) + text.slice(subscribers.to);
}

interface List {
  readonly names: readonly string[];
  readonly flow: boolean;
  readonly from: number;
  readonly to: number;
}

function listOf(document: Document, topic: string, field: string): List | undefined {
  const node = document.getIn(['topics', topic, field], true);
  if (!isSeq(node)) return undefined;
  const [from, to] = node.range!;
  return { names: node.toJSON() as string[], flow: node.flow ?? false, from, to };
}

function withList(
  text: string,
  topic: string,
  field: string,
  change: (names: readonly string[]) => readonly string[],
): string {
  const { names, flow, from, to } = listOf(parseDocument(text), topic, field)!;
  const changed = change(names);
  if (flow) return `${text.slice(0, from)}[${changed.join(', ')}]${text.slice(to)}`;
  const indent = ' '.repeat(from - text.lastIndexOf('\n', from) - 1);
  const end = text.slice(from, to).endsWith('\n') ? '\n' : '';
  return `${text.slice(0, from)}${changed.map((name) => `- ${name}`).join(`\n${indent}`)}${end}${text.slice(to)}`;
}
