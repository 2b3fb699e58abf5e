import { type Word, wordOf } from '../naming/index.ts';
import { addTopic, type TopicFacts } from '../workspace/index.ts';
import { type AvroType, readEvent } from './event-schema.ts';
import { type ServiceEditor } from './service-editor.ts';
import { enterSubscription, topicValues } from './subscription.ts';

const topicsFile = 'schemas/topics.yaml';

/** A streams step: events of a topic counted by key and hour, exactly once, into a topic of the service's own. */
export function addStreams(service: ServiceEditor, context: string, topic: TopicFacts): void {
  const word = wordOf(topic.name, 'the name of a topic');
  const name = wordOf(`${word.kebab}-per-hour`, 'the name of a topic');
  const isThere = service.exists(`src/${name.kebab}/${name.kebab}.topology.ts`);
  enterSubscription(service, topic);
  if (isThere) return;
  const counted = wordOf(`${word.kebab}-counted`, 'the name of an event');
  writeContracts(service, context, { topic, output: name, counted });
  service.dependOn('@headwater/streams');
  const values = {
    ...topicValues(service, topic),
    name: name.kebab,
    camel: name.camel,
    output: name,
    counted: { word: counted },
    application: `${service.name}-${name.kebab}`,
    hasTime: topic.events.every((event) => hasTime(readEvent(service.tree, event).fields)),
  };
  service.render('streams', `src/${name.kebab}`, values);
  service.render('local-codec', 'fixtures', {});
  enter(service, word, name);
}

function hasTime(fields: readonly { readonly name: string; readonly type: AvroType }[] = []): boolean {
  return fields.some(
    ({ name, type }) =>
      name === 'occurredAt' &&
      typeof type === 'object' &&
      'logicalType' in type &&
      type.logicalType === 'timestamp-millis',
  );
}

interface Counting {
  readonly topic: TopicFacts;
  readonly output: Word;
  readonly counted: Word;
}

function writeContracts(
  { tree, workspace, name }: ServiceEditor,
  context: string,
  { topic, output, counted }: Counting,
): void {
  const namespace = `${workspace.namespace}.${context}`;
  const moment = { type: 'long', logicalType: 'timestamp-millis' };
  const schema = {
    type: 'record',
    name: counted.pascal,
    namespace,
    doc: `How many events of ${topic.name} a key had in an hour that is over.`,
    fields: [
      { name: 'eventId', type: 'string', doc: 'Identity of this event; a redelivery carries the same one.' },
      { name: 'key', type: 'string', doc: `The key in ${topic.name}.` },
      { name: 'windowStart', type: moment },
      { name: 'count', type: 'long' },
      { name: 'occurredAt', type: moment, doc: "The hour's end." },
    ],
  };
  tree.write(`schemas/${context}/${counted.kebab}.avsc`, `${JSON.stringify(schema, undefined, 2)}\n`);
  const doc = `How many events of ${topic.name} each key had in each hour.`;
  const entry = { name: output.snake, doc, key: 'key', owner: name, events: [`${namespace}.${counted.pascal}`] };
  tree.write(topicsFile, addTopic(tree.read(topicsFile, 'utf8')!, entry));
}

function enter(service: ServiceEditor, source: Word, name: Word): void {
  service.editModule((module) => {
    module
      .import(service.workspace.contracts, 'topics')
      .import('@headwater/messaging', 'EventCodec', 'TopicSetup')
      .import('@headwater/streams', 'StreamsModule')
      .import(`./${name.kebab}/${name.kebab}.topology.ts`, `${name.camel}Topology`)
      .addTo('MessagingModule.forRootAsync', 'produces', `topics.${name.camel}`);
    if (module.has('StreamsModule.forRootAsync(')) {
      module
        .addTo('StreamsModule.forRootAsync', 'topologies', `${name.camel}Topology(codec)`)
        .addToArgument('topicSetup.ensure', `topics.${source.camel}`)
        .addToArgument('topicSetup.ensure', `topics.${name.camel}`)
        .addToArgument('codec.register', `topics.${name.camel}`);
      return;
    }
    module.addTo(
      'Module',
      'imports',
      `StreamsModule.forRootAsync({
        inject: [SERVICE_CONTEXT, KafkaConfig, EventCodec, TopicSetup, HealthChecks, Metrics],
        useFactory: async (
          context: ServiceContext,
          kafka: KafkaConfig,
          codec: EventCodec,
          topicSetup: TopicSetup,
          health: HealthChecks,
          metrics: Metrics,
        ) => {
          // Whoever starts first makes the topics.
          await topicSetup.ensure([topics.${source.camel}, topics.${name.camel}], context.stopping);
          await codec.register([topics.${name.camel}], context.stopping);
          return {
            clientId: context.name,
            ...kafka.cluster,
            topologies: [${name.camel}Topology(codec)],
            guarantee: 'exactly-once',
            // Whatever others write into the topic must not end the counting.
            onUnreadable: 'skip',
            onFailed: context.fail,
            health,
            metrics,
            stopping: context.stopping,
          };
        },
      })`,
    );
  });
}
