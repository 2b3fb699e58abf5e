/**
 * The reverse of what adds a part: its folder, what `app.module.ts` has of it, its table's migration, its topic and its subscriptions;
 * and of what parts share (the inbox, the outbox, the database …) that which no other part needs. A part that another still uses stays.
 */
import { GeneratorError } from '../error/index.ts';
import { pluralOf, wordOf, type Word } from '../naming/index.ts';
import { type TopicFacts } from '../workspace/index.ts';
import { dropEvent, dropTopics, unsubscribe } from './remove-contracts.ts';
import { mentionOf, REDRIVE, ServiceEditor } from './service-editor.ts';
import { dropUnneeded } from './unneeded.ts';

const MODULE = 'src/app.module.ts';

/** @param name of the part's folder under `src/`, or of an event. @throws GeneratorError naming what still uses it */
export function removePart(service: ServiceEditor, name: Word): void {
  const folders = partsOf(service);
  if (folders.includes(name.kebab)) removeFolder(service, name);
  else removeEvent(service, name, folders);
  dropUnneeded(service);
}

/** The folders of parts, as the generators make them. */
function partsOf(service: ServiceEditor): string[] {
  const files = service.sources('src').map(({ file }) => file);
  const parts = files.flatMap((file) => {
    const [, folder, name, kind] =
      /^src\/([\w-]+)\/([\w-]+?)(-commands|\.(?:projection|subscriber|topology))\.ts$/.exec(file) ?? [];
    return folder !== undefined && folder === name && kind !== undefined ? [folder] : [];
  });
  return [...new Set(parts)];
}

function removeFolder(service: ServiceEditor, name: Word): void {
  const { workspace } = service;
  const folder = `src/${name.kebab}/`;
  const what = `${name.kebab} of ${service.name}`;
  const published = publishedTopic(service, name);
  assertUnused(service, what, folder, published);
  const text = service
    .sources(folder)
    .map((source) => source.text)
    .join('\n');
  const { subscribed, handled, streamed } = readTopics(service, folder, text);
  if (published) dropTopics(workspace, what, [published]);
  for (const topic of subscribed) unsubscribe(workspace, topic, service.name);
  service.tree.delete(`${service.folder}/${folder.slice(0, -1)}`);
  service.editModule((module) => {
    if (module.has(REDRIVE)) for (const topic of handled) module.dropFrom(REDRIVE, 'topics', mentionOf(topic));
    for (const topic of streamed) module.dropFromArgument('topicSetup.ensure', mentionOf(topic));
    module.drop([...module.namesFrom(`./${name.kebab}/`), ...(published ? [mentionOf(published)] : [])]);
  });
  dropTables(service, text);
}

/** The topic that an aggregate or a streams step writes. */
function publishedTopic(service: ServiceEditor, name: Word): TopicFacts | undefined {
  const isAggregate = service.exists(`src/${name.kebab}/${name.kebab}-commands.ts`);
  const isStreams = service.exists(`src/${name.kebab}/${name.kebab}.topology.ts`);
  const topic = isAggregate ? pluralOf(name).snake : isStreams ? name.snake : undefined;
  return service.workspace.topics().find((each) => each.owner === service.name && each.name === topic);
}

function assertUnused(service: ServiceEditor, what: string, folder: string, published: TopicFacts | undefined): void {
  const imported = new RegExp(`from '[./]+/${folder.slice('src/'.length)}`);
  const named = published && new RegExp(`\\b${mentionOf(published)}\\b`);
  const user = service
    .sources()
    .find(
      ({ file, text }) =>
        !file.startsWith(folder) && file !== MODULE && (imported.test(text) || (named?.test(text) ?? false)),
    );
  if (user)
    throw new GeneratorError(
      `${what} cannot be removed: apps/${service.name}/${user.file} uses it. Remove that, or take it out there, first.`,
    );
}

/** The topics that only the sources of a folder read: in any way, by a handler, and by a streams step. */
function readTopics(
  service: ServiceEditor,
  folder: string,
  text: string,
): Readonly<Record<'subscribed' | 'handled' | 'streamed', readonly TopicFacts[]>> {
  const others = service.sources('src').filter(({ file }) => !file.startsWith(folder));
  const readBy = (calls: string): readonly TopicFacts[] =>
    service.workspace.topics().filter((topic) => {
      const reads = new RegExp(`\\b(${calls})\\(\\s*${mentionOf(topic)}\\b`);
      return reads.test(text) && !others.some((source) => reads.test(source.text));
    });
  return {
    subscribed: readBy('Subscribe|contractTopic'),
    handled: readBy('Subscribe'),
    streamed: readBy('contractTopic'),
  };
}

/** The migrations of tables that only the folder's sources knew. */
function dropTables(service: ServiceEditor, text: string): void {
  for (const { file } of service.sources('src/migrations')) {
    const [, table] = /create-([\w-]+)\.migration\.ts$/.exec(file) ?? [];
    if (table === undefined) continue;
    const named = new RegExp(`\\b(FROM|INTO|UPDATE|JOIN) ${table.replaceAll('-', '_')}\\b`);
    const isUsed = service.sources('src').some((source) => source.file !== file && named.test(source.text));
    if (!named.test(text) || isUsed) continue;
    service.editModule((module) => module.drop(module.namesFrom(`./${file.slice('src/'.length)}`)));
    service.tree.delete(`${service.folder}/${file}`);
  }
}

function removeEvent(service: ServiceEditor, name: Word, folders: readonly string[]): void {
  const { workspace } = service;
  const topic = workspace
    .topics()
    .find(({ owner, events }) => owner === service.name && events.some((event) => event.endsWith(`.${name.pascal}`)));
  if (!topic)
    throw new GeneratorError(
      `${service.name} has no part '${name.kebab}' and no event of that name: it has ${[...folders, ...eventsOf(service)].join(', ') || 'none'}.`,
    );
  const what = `The event ${name.pascal}`;
  const named = new RegExp(`\\b(${name.pascal}|${name.camel})\\b`);
  for (const { name: app } of workspace.services()) {
    const user = new ServiceEditor(workspace, app).sources('src').find(({ text }) => named.test(text));
    if (user)
      throw new GeneratorError(
        `${what} cannot be removed: apps/${app}/${user.file} names it. Take it out there first.`,
      );
  }
  const fullName = topic.events.find((event) => event.endsWith(`.${name.pascal}`))!;
  if (topic.events.length > 1) {
    dropEvent(workspace, topic, fullName);
    return;
  }
  dropTopics(workspace, what, [topic]);
  service.editModule((module) => module.drop([mentionOf(topic)]));
}

function eventsOf({ workspace, name }: ServiceEditor): string[] {
  return workspace
    .topics()
    .filter(({ owner }) => owner === name)
    .flatMap(({ events }) => events)
    .map((event) => wordOf(event.slice(event.lastIndexOf('.') + 1), 'the name of an event').snake);
}
