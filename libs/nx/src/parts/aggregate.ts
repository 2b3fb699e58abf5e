import { type EventName, pluralOf, type Word, wordOf } from '../naming/index.ts';
import { GeneratorError } from '../error/index.ts';
import { addTopic, addTopicEvent } from '../workspace/index.ts';
import { writeEvent } from './event-schema.ts';
import { type ServiceEditor } from './service-editor.ts';

/** How the aggregate is kept: by its events, or as rows. */
export type Model = 'decider' | 'tables';

export interface AggregateOptions {
  readonly context: string;
  readonly aggregate: Word;
  /** The first begins it. */
  readonly events: readonly EventName[];
  readonly model: Model;
  readonly rest: boolean;
}

const topicsFile = 'schemas/topics.yaml';

/** An aggregate with its commands, its topic and the events on it, and with REST if it is asked for. */
export function addAggregate(service: ServiceEditor, options: AggregateOptions): void {
  const { aggregate, events, model, rest } = options;
  const folder = `src/${aggregate.kebab}`;
  writeContracts(service, options);
  if (service.exists(`${folder}/${aggregate.kebab}-commands.ts`)) return;
  service.needDatabase();
  service.dependOn('@headwater/event-sourcing');
  const values = valuesOf(service, options);
  service.render(`aggregate/${model}`, folder, values);
  service.render('aggregate/both', folder, values);
  if (rest) service.render('aggregate/rest', folder, values);
  if (model === 'decider') enterDecider(service, aggregate);
  enterOutbox(service, pluralOf(aggregate));
  if (model === 'tables') service.addTable(pluralOf(aggregate).snake, columnsOf(aggregate, events));
  enterParts(service, aggregate, rest);
}

/** Schemas of the events, and the topic that carries them. @throws GeneratorError when another service owns it */
export function writeContracts(
  { tree, workspace, name }: ServiceEditor,
  { context, aggregate, events }: Pick<AggregateOptions, 'context' | 'aggregate' | 'events'>,
): void {
  const topic = pluralOf(aggregate);
  const known = workspace.topics().find((each) => each.name === topic.snake);
  if (known && known.owner !== name)
    throw new GeneratorError(
      `The topic ${topic.snake} is ${known.owner}'s, and a topic has one writer: choose another name than '${aggregate.text}'.`,
    );
  const fullNames = events.map((event) => writeEvent(workspace, context, aggregate, event));
  const text = tree.read(topicsFile, 'utf8')!;
  if (known) {
    const missing = fullNames.filter((event) => !known.events.includes(event));
    tree.write(
      topicsFile,
      missing.reduce((before, event) => addTopicEvent(before, topic.snake, event), text),
    );
    return;
  }
  const doc = `What happens to ${topic.text}.`;
  const entry = { name: topic.snake, doc, key: `${aggregate.camel}Id`, owner: name, events: fullNames };
  tree.write(topicsFile, addTopic(text, entry));
}

/** What the templates of an aggregate are given. */
export function valuesOf(
  { workspace }: ServiceEditor,
  { context, aggregate, events, model, rest }: AggregateOptions,
): Record<string, unknown> {
  const topic = pluralOf(aggregate);
  const fields = events.flatMap((event) => event.fields);
  const requests = events.map(({ command }) => `${command.pascal}${aggregate.pascal}Request`);
  const decorators = fields.filter(({ from }) => from === 'service-kit').map(({ decorator }) => nameOf(decorator));
  const validators = fields.filter(({ from }) => from === 'class-validator').map(({ decorator }) => nameOf(decorator));
  const named = events.map((event) => ({
    ...event,
    fields: event.fields.map((field) => ({ ...field, column: wordOf(field.name, 'a column').snake })),
    fullName: `${workspace.namespace}.${context}.${event.word.pascal}`,
  }));
  return {
    aggregate: aggregate.kebab,
    camel: aggregate.camel,
    pascal: aggregate.pascal,
    text: aggregate.text,
    article: `${/^[aeiou]/.test(aggregate.text) ? 'an' : 'a'} ${aggregate.text}`,
    id: `${aggregate.camel}Id`,
    snakeId: `${aggregate.snake}_id`,
    sampleId: `${aggregate.kebab}-1`,
    plural: topic,
    topic,
    events: named,
    first: named[0],
    model,
    rest,
    requests,
    usesDecimal: fields.some(({ kind }) => kind === 'amount'),
    fieldDecorators: [...new Set(['Id', 'OccurredAt', ...decorators])].sort(),
    validators: [...new Set(validators)].sort(),
  };
}

const nameOf = (decorator: string): string => decorator.slice(0, decorator.indexOf('('));

function columnsOf(aggregate: Word, events: readonly EventName[]): string[] {
  const { fields } = events[0]!;
  return [
    `${aggregate.snake}_id text PRIMARY KEY`,
    'status text NOT NULL',
    // With two events the status says as much.
    ...(events.length > 2 ? ["happened text[] NOT NULL DEFAULT '{}'"] : []),
    ...fields.map(({ name, sql }) => `${wordOf(name, 'a column').snake} ${sql} NOT NULL`),
    'version integer NOT NULL DEFAULT 1',
  ];
}

/** Public events go by the outbox, in the transaction of what they tell of. */
function enterOutbox(service: ServiceEditor, topic: Word): void {
  service.editModule((module) => {
    module.import(service.workspace.contracts, 'topics');
    module.addTo('MessagingModule.forRootAsync', 'produces', `topics.${topic.camel}`);
    if (module.has('OutboxModule.forRoot(')) return;
    module
      .import('@headwater/event-sourcing', 'OutboxModule', 'outboxMigrations')
      .import('@headwater/messaging', 'KafkaOutboxPublisher', 'MessageProducer')
      .addTo('DatabaseModule.forRoot', 'migrations', '...outboxMigrations')
      .addTo(
        'Module',
        'imports',
        `OutboxModule.forRoot({
          inject: [MessageProducer, HealthChecks, Metrics],
          useFactory: (producer: MessageProducer, health: HealthChecks, metrics: Metrics) => ({
            publisher: new KafkaOutboxPublisher(producer),
            health,
            metrics,
          }),
        })`,
      );
  });
}

function enterDecider(service: ServiceEditor, aggregate: Word): void {
  service.editModule((module) => {
    module
      .import(`./${aggregate.kebab}/${aggregate.kebab}.publisher.ts`, `${aggregate.pascal}Publisher`)
      .addTo('Module', 'providers', `${aggregate.pascal}Publisher`);
    if (module.has('EventStoreModule.forRoot(')) return;
    module
      .import('@headwater/event-sourcing', 'EventStoreModule', 'eventStoreMigrations')
      .addTo('DatabaseModule.forRoot', 'migrations', '...eventStoreMigrations')
      .addTo(
        'Module',
        'imports',
        'EventStoreModule.forRoot({ inject: [Metrics], useFactory: (metrics: Metrics) => ({ metrics }) })',
      );
  });
}

function enterParts(service: ServiceEditor, aggregate: Word, rest: boolean): void {
  service.editModule((module) => {
    module
      .import(`./${aggregate.kebab}/${aggregate.kebab}-commands.ts`, `${aggregate.pascal}Commands`)
      .addTo('Module', 'providers', `${aggregate.pascal}Commands`);
    if (!rest) return;
    module
      .import('@headwater/service-kit', 'CreateIdempotencyKeys1700000000002', 'IdempotentCommands')
      .import(`./${aggregate.kebab}/${aggregate.kebab}.controller.ts`, `${aggregate.pascal}Controller`)
      .addTo('DatabaseModule.forRoot', 'migrations', 'CreateIdempotencyKeys1700000000002')
      .addTo('Module', 'controllers', `${aggregate.pascal}Controller`)
      .addTo('Module', 'providers', 'IdempotentCommands');
  });
}
