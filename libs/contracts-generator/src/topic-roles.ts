/** Holds the owners and subscribers of schemas/topics.yaml against what the services' code does. */
import { findTopicUses, serviceNames, type TopicUse } from './service-code.ts';
import type { TopicEntry } from './topics-file.ts';
import { topicNameOf } from './typescript-names.ts';

const place = (topic: TopicEntry, field: 'owner' | 'subscribers'): string =>
  `schemas/topics.yaml:${topic.lines[field]}: topics.${topic.name}.${field}`;

function wrongNames(topic: TopicEntry, services: readonly string[]): string[] {
  const named = [['owner', topic.owner] as const, ...topic.subscribers.map((name) => ['subscribers', name] as const)];
  return named
    .filter(([, name]) => !services.includes(name))
    .map(
      ([field, name]) =>
        `${place(topic, field)}: there is no service ${name} in apps/; known are ${services.join(', ')}`,
    );
}

function wrongUse(topic: TopicEntry, { service, direction, file, line }: TopicUse): string | undefined {
  if (direction === 'sends' && service !== topic.owner)
    return (
      `${file}:${line}: ${service} sends to ${topic.name}, whose owner is ${topic.owner}; ` +
      `a topic has one writer: send to a topic of its own, or change ${place(topic, 'owner')}`
    );
  if (direction === 'receives' && !topic.subscribers.includes(service))
    return `${file}:${line}: ${service} subscribes to ${topic.name} and is not named as such; add it to ${place(topic, 'subscribers')}`;
  return undefined;
}

function missingUses(topic: TopicEntry, uses: readonly TopicUse[], services: readonly string[]): string[] {
  const does = (service: string, direction: TopicUse['direction']): boolean =>
    uses.some((use) => use.service === service && use.direction === direction);
  const problems = topic.subscribers
    .filter((name) => services.includes(name) && !does(name, 'receives'))
    .map(
      (name) =>
        `${place(topic, 'subscribers')}: ${name} has no subscription to it; subscribe in apps/${name}, or take it out`,
    );
  if (services.includes(topic.owner) && !does(topic.owner, 'sends'))
    problems.push(
      `${place(topic, 'owner')}: ${topic.owner} does not send to it; list topics.${topicNameOf(topic.name)} among what it ` +
        'produces, or name its owner',
    );
  return problems;
}

/** What differs, one line each; none where there are no services at all. */
export function findWrongRoles(root: string, topics: readonly TopicEntry[]): string[] {
  const services = serviceNames(root);
  if (services.length === 0) return [];
  const uses = findTopicUses(root);
  return topics.flatMap((topic) => {
    const own = uses.filter((use) => use.topic === topicNameOf(topic.name));
    return [
      ...wrongNames(topic, services),
      ...own.flatMap((use) => wrongUse(topic, use) ?? []),
      ...missingUses(topic, own, services),
    ];
  });
}
