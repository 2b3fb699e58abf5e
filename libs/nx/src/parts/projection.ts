import { GeneratorError } from '../error/index.ts';
import { type Word, wordOf } from '../naming/index.ts';
import { type TopicFacts } from '../workspace/index.ts';
import { valuesOf, type AggregateOptions } from './aggregate.ts';
import { type ServiceEditor } from './service-editor.ts';
import { enterSubscription, topicValues } from './subscription.ts';

export interface ProjectionOptions {
  readonly name: Word;
  /** A topic whose latest records are kept, or an aggregate of the service whose events make the tables. */
  readonly of: { readonly topic: TopicFacts } | { readonly aggregate: AggregateOptions };
  readonly rest: boolean;
}

/** A read model: of a topic by a subscription, of the service's own events by a projection that can be built anew. */
export function addProjection(service: ServiceEditor, { name, of, rest }: ProjectionOptions): void {
  if ('topic' in of) addTopicTable(service, name, of.topic, rest);
  else addEventProjection(service, name, of.aggregate, rest);
}

function addTopicTable(service: ServiceEditor, name: Word, topic: TopicFacts, rest: boolean): void {
  const folder = `src/${name.kebab}`;
  const isThere = service.exists(`${folder}/${name.kebab}.subscriber.ts`);
  enterSubscription(service, topic);
  if (isThere) return;
  service.needInbox(topic);
  service.addTable(name.snake, ['key text PRIMARY KEY', 'event text NOT NULL', 'value jsonb NOT NULL']);
  const values = {
    ...topicValues(service, topic),
    group: `${service.name}.${name.kebab}`,
    table: name.snake,
    name: name.kebab,
    pascal: name.pascal,
    compacted: topic.compacted,
    rest,
  };
  service.render('projection/topic', folder, values);
  if (rest) service.render('projection/topic-rest', folder, values);
  service.editModule((module) => {
    module
      .import(`./${name.kebab}/${name.kebab}.subscriber.ts`, `${name.pascal}Subscriber`)
      .addTo('Module', 'controllers', `${name.pascal}Subscriber`);
    if (!rest) return;
    module
      .import(`./${name.kebab}/${name.kebab}.controller.ts`, `${name.pascal}Controller`)
      .addTo('Module', 'controllers', `${name.pascal}Controller`);
  });
}

function addEventProjection(service: ServiceEditor, name: Word, aggregate: AggregateOptions, rest: boolean): void {
  const { kebab } = aggregate.aggregate;
  if (!service.exists(`src/${kebab}/${kebab}.events.ts`))
    throw new GeneratorError(
      `${service.name} keeps no events of '${aggregate.aggregate.text}': its table is what a projection would be. Name a topic with --of, or an aggregate that was made with --model decider.`,
    );
  const folder = `src/${name.kebab}`;
  if (service.exists(`${folder}/${name.kebab}.projection.ts`)) return;
  const values = { ...valuesOf(service, aggregate), name: name.kebab, projection: name };
  service.render('projection/events', folder, values);
  if (rest) service.render('projection/events-rest', folder, values);
  service.editModule((module) => {
    module.import(`./${name.kebab}/${name.kebab}.projection.ts`, name.camel);
    if (module.has('ProjectionsModule.forRoot(')) module.addTo('ProjectionsModule.forRoot', 'projections', name.camel);
    else
      module
        .import('@headwater/event-sourcing', 'projectionMigrations', 'ProjectionsModule')
        .addTo('DatabaseModule.forRoot', 'migrations', '...projectionMigrations')
        .addTo(
          'Module',
          'imports',
          `ProjectionsModule.forRoot({
            inject: [Metrics],
            useFactory: (metrics: Metrics) => ({ projections: [${name.camel}], metrics }),
          })`,
        );
    if (!rest) return;
    module
      .import(`./${name.kebab}/${name.kebab}.controller.ts`, `${name.pascal}Controller`)
      .addTo('Module', 'controllers', `${name.pascal}Controller`);
  });
}

export const projectionNameOf = (of: string): Word => wordOf(`${of}-list`, 'the name of a projection');
