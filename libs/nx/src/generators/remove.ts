import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { GeneratorError } from '../error/index.ts';
import { wordOf } from '../naming/index.ts';
import { schemaFiles } from '../parts/index.ts';
import { removeSubscriber, removeTopics, type TopicFacts, type Workspace } from '../workspace/index.ts';
import { generate } from './generate.ts';

export interface RemoveGeneratorOptions {
  /** A service, or a connector. */
  readonly name: string;
}

const topicsFile = 'schemas/topics.yaml';

/** Takes away a service with its topics and events, or a connector: what a generator has added. @throws GeneratorError */
export function removeGenerator(tree: Tree, { name }: RemoveGeneratorOptions): Promise<GeneratorCallback> {
  const connector = `connectors/${name}.yaml`;
  return generate(tree, { what: `Removal of ${name}` }, (workspace) => {
    if (workspace.manifestOf(name) === undefined && tree.exists(connector)) {
      tree.delete(connector);
      return;
    }
    workspace.service(name);
    const topics = workspace.topics();
    const owned = topics.filter(({ owner }) => owner === name);
    for (const topic of owned) assertUnread(workspace, name, topic);
    removeContracts(tree, name, topics, owned);
    tree.delete(`apps/${name}`);
    tree.delete(`docs/openapi/${name}.json`);
  });
}

function assertUnread(workspace: Workspace, name: string, topic: TopicFacts): void {
  const readers = topic.subscribers.filter((reader) => reader !== name);
  if (readers.length > 0)
    throw new GeneratorError(
      `${name} cannot be removed: ${readers.join(', ')} subscribes to its topic ${topic.name}. Remove the subscription first.`,
    );
  const { tree } = workspace;
  const connectors = tree.exists('connectors') ? tree.children('connectors') : [];
  const carrier = connectors.find((file) =>
    new RegExp(`\\b${topic.name}\\b(?!_)`).test(tree.read(`connectors/${file}`, 'utf8') ?? ''),
  );
  if (carrier)
    throw new GeneratorError(
      `${name} cannot be removed: connectors/${carrier} names its topic ${topic.name}. Take it out there first.`,
    );
}

function removeContracts(tree: Tree, name: string, topics: readonly TopicFacts[], owned: readonly TopicFacts[]): void {
  const left = topics.filter((topic) => !owned.includes(topic));
  const events = owned
    .flatMap((topic) => topic.events)
    .filter((event) => !left.some((topic) => topic.events.includes(event)));
  for (const event of events) {
    const file = `/${wordOf(event.slice(event.lastIndexOf('.') + 1), 'the name of an event').kebab}.avsc`;
    for (const schema of schemaFiles(tree)) if (schema.endsWith(file)) tree.delete(schema);
    tree.delete(`schemas/history/${event}`);
  }
  const unsubscribed = left.reduce(
    (text, topic) => removeSubscriber(text, topic.name, name),
    tree.read(topicsFile, 'utf8')!,
  );
  tree.write(
    topicsFile,
    removeTopics(
      unsubscribed,
      owned.map((topic) => topic.name),
    ),
  );
}
