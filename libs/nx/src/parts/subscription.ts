import { wordOf } from '../naming/index.ts';
import { addSubscriber, type TopicFacts } from '../workspace/index.ts';
import { readEvent } from './event-schema.ts';
import { sampleKeyOf, sampleOf } from './sample.ts';
import { type ServiceEditor } from './service-editor.ts';

const topicsFile = 'schemas/topics.yaml';

/** The service reads a topic: it is named as a subscriber. */
export function enterSubscription(service: ServiceEditor, topic: TopicFacts): void {
  if (topic.subscribers.includes(service.name)) return;
  const { tree, name } = service;
  tree.write(topicsFile, addSubscriber(tree.read(topicsFile, 'utf8')!, topic.name, name));
}

/** What templates are given of a topic that is read. */
export function topicValues({ tree }: ServiceEditor, { name, key, events }: TopicFacts): Record<string, unknown> {
  const fullName = events[0]!;
  const schema = readEvent(tree, fullName);
  const sample = sampleOf(schema, key);
  const word = wordOf(fullName.slice(fullName.lastIndexOf('.') + 1), 'the name of an event');
  return {
    topic: wordOf(name, 'the name of a topic'),
    event: { ...word, fullName },
    sample: sample.text,
    sampleTypes: sample.types,
    sampleKey: sampleKeyOf(schema, key),
  };
}
