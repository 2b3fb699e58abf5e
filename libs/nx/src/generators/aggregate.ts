import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { parseEvents, wordOf } from '../naming/index.ts';
import { addAggregate, ServiceEditor, type Model } from '../parts/index.ts';
import { contextOf } from './context.ts';
import { generate } from './generate.ts';

export interface AggregateGeneratorOptions {
  readonly name: string;
  readonly service: string;
  /** `order_placed(customerId:id),order_paid`: the one that begins it first. */
  readonly events: string;
  readonly model?: Model;
  readonly rest?: boolean;
}

/** A further aggregate of a service. @throws GeneratorError */
export function aggregateGenerator(tree: Tree, options: AggregateGeneratorOptions): Promise<GeneratorCallback> {
  const word = wordOf(options.name, 'the name of an aggregate');
  const { service: name, model = 'decider', rest = false } = options;
  return generate(tree, { what: `Aggregate ${word.text} of ${name}`, service: name }, (workspace) => {
    const facts = workspace.service(name);
    const { events } = parseEvents(options.events, word);
    const service = new ServiceEditor(workspace, name);
    addAggregate(service, { context: contextOf(facts), aggregate: word, events, model, rest });
  });
}
