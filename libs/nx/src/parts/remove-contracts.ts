/** Contracts are taken away when nobody reads them: topics with their events, single events, subscriptions. */
import { GeneratorError } from '../error/index.ts';
import { wordOf } from '../naming/index.ts';
import {
  removeSubscriber,
  removeTopicEvent,
  removeTopics,
  type TopicFacts,
  type Workspace,
} from '../workspace/index.ts';
import { schemaFiles } from './event-schema.ts';

const topicsFile = 'schemas/topics.yaml';

function editTopics({ tree }: Workspace, edit: (text: string) => string): void {
  const text = tree.read(topicsFile, 'utf8')!;
  const edited = edit(text);
  if (edited !== text) tree.write(topicsFile, edited);
}

/** Takes topics away, and the events that no other topic has. @throws GeneratorError naming who reads one of them */
export function dropTopics(workspace: Workspace, what: string, dropped: readonly TopicFacts[]): void {
  for (const topic of dropped) assertUnread(workspace, what, topic);
  const left = workspace.topics().filter(({ name }) => !dropped.some((topic) => topic.name === name));
  for (const event of dropped.flatMap((topic) => topic.events))
    if (!left.some((topic) => topic.events.includes(event))) dropSchema(workspace, event);
  editTopics(workspace, (text) =>
    removeTopics(
      text,
      dropped.map(({ name }) => name),
    ),
  );
}

/** Takes an event off a topic that has others. */
export function dropEvent(workspace: Workspace, topic: TopicFacts, event: string): void {
  dropSchema(workspace, event);
  editTopics(workspace, (text) => removeTopicEvent(text, topic.name, event));
}

export function unsubscribe(workspace: Workspace, topic: TopicFacts, service: string): void {
  editTopics(workspace, (text) => removeSubscriber(text, topic.name, service));
}

function dropSchema({ tree }: Workspace, event: string): void {
  const file = `/${wordOf(event.slice(event.lastIndexOf('.') + 1), 'the name of an event').kebab}.avsc`;
  for (const schema of schemaFiles(tree)) if (schema.endsWith(file)) tree.delete(schema);
  tree.delete(`schemas/history/${event}`);
}

function assertUnread({ tree }: Workspace, what: string, { name, owner, subscribers }: TopicFacts): void {
  const readers = subscribers.filter((reader) => reader !== owner);
  if (readers.length > 0)
    throw new GeneratorError(
      `${what} cannot be removed: ${readers.join(', ')} subscribes to its topic ${name}. Remove the subscription first.`,
    );
  const connectors = tree.exists('connectors') ? tree.children('connectors') : [];
  const carrier = connectors.find((file) =>
    new RegExp(`\\b${name}\\b(?!_)`).test(tree.read(`connectors/${file}`, 'utf8') ?? ''),
  );
  if (carrier)
    throw new GeneratorError(
      `${what} cannot be removed: connectors/${carrier} names its topic ${name}. Take it out there first.`,
    );
}
