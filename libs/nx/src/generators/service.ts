import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { GeneratorError } from '../error/index.ts';
import { parseEvents, pluralOf, wordOf } from '../naming/index.ts';
import {
  addAggregate,
  addConsumer,
  addProjection,
  addSkeleton,
  addStreams,
  projectionNameOf,
  ServiceEditor,
  type AggregateOptions,
  type Model,
} from '../parts/index.ts';
import { type TopicFacts, type Workspace } from '../workspace/index.ts';
import { generate } from './generate.ts';

export interface ServiceGeneratorOptions {
  readonly name: string;
  /** The first part of the name by default. */
  readonly context?: string;
  /** `order_placed(customerId:id),order_paid`: events of one aggregate, the one that begins it first. */
  readonly owns?: string;
  /** Topics of others, with commas between. */
  readonly subscribes?: string;
  readonly model?: Model;
  readonly rest?: boolean;
  readonly projection?: boolean;
  readonly streams?: boolean;
  readonly about?: string;
}

/** A new service, with what it is asked to have; run again, it completes what is missing. @throws GeneratorError */
export function serviceGenerator(tree: Tree, options: ServiceGeneratorOptions): Promise<GeneratorCallback> {
  const name = wordOf(options.name, 'the name of a service').kebab;
  return generate(tree, { what: `Service ${name}`, service: name }, (workspace) => {
    assertFree(workspace, name);
    const asked = readOptions(workspace, name, options);
    const service = new ServiceEditor(workspace, name);
    addSkeleton(service, { context: asked.context, about: options.about ?? aboutOf(name, asked) });
    if (asked.aggregate) addAggregate(service, asked.aggregate);
    addReaders(service, asked);
    if (asked.streamed !== undefined) addStreams(service, asked.context, workspace.topic(asked.streamed));
    if (!asked.aggregate && asked.subscribed.length === 0) service.render('readiness', '.', { name });
  });
}

interface Asked {
  readonly context: string;
  readonly aggregate: AggregateOptions | undefined;
  readonly subscribed: readonly TopicFacts[];
  readonly projection: boolean;
  readonly rest: boolean;
  /** The topic whose events are counted. */
  readonly streamed: string | undefined;
}

/** What exists and is none of ours is not touched. */
function assertFree(workspace: Workspace, name: string): void {
  const manifest = workspace.manifestOf(name);
  if (manifest && !workspace.tree.exists(`apps/${name}/fixtures/service-under-test.ts`))
    throw new GeneratorError(`apps/${name} is there already, and was not generated: choose another name.`);
  // What an earlier build has left of a service that is gone is nobody's.
  const others = manifest
    ? []
    : workspace.tree.children(`apps/${name}`).filter((file) => file !== 'dist' && !file.endsWith('.tsbuildinfo'));
  if (others.length > 0)
    throw new GeneratorError(
      `apps/${name} is there already, without a package.json: choose another name, or delete it.`,
    );
  if (workspace.tree.exists(`libs/${name}`))
    throw new GeneratorError(`libs/${name} has that name already: choose another.`);
}

function readOptions(workspace: Workspace, name: string, options: ServiceGeneratorOptions): Asked {
  const { owns, subscribes = '', model = 'decider', rest = false, projection = false, streams = false } = options;
  const context = wordOf(options.context ?? name.split('-')[0]!, 'the name of a context').kebab;
  const owned = owns === undefined ? undefined : parseEvents(owns);
  const aggregate = owned && { context, ...owned, model, rest };
  const subscribed = namesIn(subscribes).map((topic) => workspace.topic(topic));
  const first = subscribed[0]?.name ?? (owned && pluralOf(owned.aggregate).snake);
  if (projection && !subscribed[0] && (!owned || model === 'tables'))
    throw new GeneratorError(
      'A projection needs events: name some of its own with --owns (and --model decider), or a topic with --subscribes.',
    );
  if (streams && first === undefined)
    throw new GeneratorError('A streams step needs a topic: name events with --owns, or a topic with --subscribes.');
  if (rest && !owned && !projection)
    throw new GeneratorError('REST needs something to serve: name events with --owns, or add --projection.');
  return { context, aggregate, subscribed, projection, rest, streamed: streams ? first : undefined };
}

/** A projection of its own events, or else of the first topic; of the other topics a subscription each. */
function addReaders(service: ServiceEditor, { aggregate, subscribed, projection, rest, streamed }: Asked): void {
  const ofEvents = projection && aggregate?.model === 'decider';
  if (ofEvents) addProjection(service, { name: projectionNameOf(aggregate.aggregate.kebab), of: { aggregate }, rest });
  for (const [index, topic] of subscribed.entries()) {
    if (index === 0 && projection && !ofEvents) {
      addProjection(service, { name: projectionNameOf(topic.name), of: { topic }, rest });
    } else if (topic.name !== streamed || projection) addConsumer(service, topic);
  }
}

export const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function aboutOf(name: string, { aggregate, subscribed, context }: Asked): string {
  const own = name.startsWith(`${context}-`) ? name.slice(context.length + 1) : name;
  const what = aggregate ? pluralOf(aggregate.aggregate).text : own.replaceAll('-', ' ');
  const from = aggregate || subscribed.length === 0 ? '' : `, from ${subscribed.map(textOf).join(', ')}`;
  const title = context.charAt(0).toUpperCase() + context.slice(1).replaceAll('-', ' ');
  return `${title}: ${what}${from}`;
}

const textOf = ({ name }: TopicFacts): string => name.replaceAll('_', ' ');
