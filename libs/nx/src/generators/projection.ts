import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { GeneratorError } from '../error/index.ts';
import { kindOf, parseEvents, pluralOf, wordOf, type Word } from '../naming/index.ts';
import {
  addProjection,
  readEvent,
  ServiceEditor,
  type AggregateOptions,
  type ProjectionOptions,
} from '../parts/index.ts';
import { type Workspace } from '../workspace/index.ts';
import { contextOf } from './context.ts';
import { generate } from './generate.ts';

export interface ProjectionGeneratorOptions {
  readonly name: string;
  readonly service: string;
  /** An aggregate of the service, or a topic. */
  readonly of: string;
  readonly rest?: boolean;
}

/** A read model of a service. @throws GeneratorError */
export function projectionGenerator(tree: Tree, options: ProjectionGeneratorOptions): Promise<GeneratorCallback> {
  const name = wordOf(options.name, 'the name of a projection');
  const { service, rest = false } = options;
  return generate(tree, { what: `Projection ${name.kebab} of ${service}`, service }, (workspace) => {
    workspace.service(service);
    addProjection(new ServiceEditor(workspace, service), { name, of: sourceOf(workspace, options), rest });
  });
}

/** An aggregate by its own name, or a topic by its own; the topic of an aggregate is not read by who writes it. */
function sourceOf(
  workspace: Workspace,
  { of, service, rest = false }: ProjectionGeneratorOptions,
): ProjectionOptions['of'] {
  const word = wordOf(of, 'the name of an aggregate or a topic');
  const own = aggregatesOf(workspace, service).find(({ aggregate }) => aggregate.kebab === word.kebab);
  if (own) return { aggregate: { ...own, rest } };
  if (workspace.topics().some(({ name }) => name === word.snake)) return { topic: workspace.topic(word.snake) };
  const aggregates = aggregatesOf(workspace, service).map(({ aggregate }) => aggregate.kebab);
  throw new GeneratorError(
    `'${of}' is neither an aggregate of ${service} (${aggregates.join(', ') || 'it has none'}) nor a topic of schemas/topics.yaml.`,
  );
}

/** The aggregates of a service, by the folders of their events. */
function aggregatesOf(workspace: Workspace, service: string): AggregateOptions[] {
  const source = `apps/${service}/src`;
  const { tree } = workspace;
  return tree
    .children(source)
    .filter((folder) => tree.exists(`${source}/${folder}/${folder}.events.ts`))
    .flatMap((folder) => {
      const aggregate = wordOf(folder, 'the name of an aggregate');
      const names = eventNames(workspace, aggregate);
      if (names.length === 0) return [];
      const { events } = parseEvents(names.join(','), aggregate);
      return [{ context: contextOf(workspace.service(service)), aggregate, events, model: 'decider', rest: false }];
    });
}

/** As they are written for `--events`. */
function eventNames(workspace: Workspace, aggregate: Word): string[] {
  const topic = workspace.topics().find(({ name }) => name === pluralOf(aggregate).snake);
  return (topic?.events ?? []).map((event) => {
    const { name = '', fields = [] } = readEvent(workspace.tree, event);
    const own = fields.filter((field) => !['eventId', `${aggregate.camel}Id`, 'occurredAt'].includes(field.name));
    const texts = own.map((field) => `${field.name}:${kindOf(field.type)}`);
    return `${wordOf(name, 'the name of an event').snake}(${texts.join(' ')})`;
  });
}
