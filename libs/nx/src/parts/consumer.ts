import { wordOf } from '../naming/index.ts';
import { type TopicFacts } from '../workspace/index.ts';
import { type ServiceEditor } from './service-editor.ts';
import { enterSubscription, topicValues } from './subscription.ts';

/** A subscription whose effects happen once: a handler in the transaction that holds the inbox's entry. */
export function addConsumer(service: ServiceEditor, topic: TopicFacts): void {
  const word = wordOf(topic.name, 'the name of a topic');
  const folder = `src/${word.kebab}`;
  const isThere = service.exists(`${folder}/${word.kebab}.subscriber.ts`);
  enterSubscription(service, topic);
  if (isThere) return;
  service.needInbox(topic);
  const table = `${word.snake}_seen`;
  service.addTable(table, ['key text PRIMARY KEY', 'messages integer NOT NULL', 'latest text NOT NULL']);
  const values = { ...topicValues(service, topic), group: `${service.name}.${word.kebab}`, table };
  service.render('consumer', folder, { ...values, file: word.kebab });
  service.editModule((module) => {
    module
      .import(`./${word.kebab}/${word.kebab}.subscriber.ts`, `${word.pascal}Subscriber`)
      .addTo('Module', 'controllers', `${word.pascal}Subscriber`);
  });
}
