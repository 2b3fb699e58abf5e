import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { parseEvent, pluralOf, wordOf } from '../naming/index.ts';
import { ServiceEditor, writeContracts } from '../parts/index.ts';
import { contextOf } from './context.ts';
import { generate } from './generate.ts';

export interface EventGeneratorOptions {
  readonly name: string;
  readonly service: string;
  /** What it happens to; what stands before the last part of the name by default. */
  readonly aggregate?: string;
  /** `carrier:text weight:int`. */
  readonly fields?: string;
}

/** A public event on the topic of an aggregate, which is made when it is not there: schema, contract, documents. @throws GeneratorError */
export function eventGenerator(tree: Tree, options: EventGeneratorOptions): Promise<GeneratorCallback> {
  const { name, service, fields = '' } = options;
  const given = options.aggregate === undefined ? undefined : wordOf(options.aggregate, 'the name of an aggregate');
  const { aggregate, event } = parseEvent(name, fields, given);
  return generate(tree, { what: `Event ${event.word.pascal} of ${service}` }, (workspace) => {
    const context = contextOf(workspace.service(service));
    const editor = new ServiceEditor(workspace, service);
    writeContracts(editor, { context, aggregate, events: [event] });
    editor.editModule((module) => {
      module
        .import(workspace.contracts, 'topics')
        .addTo('MessagingModule.forRootAsync', 'produces', `topics.${pluralOf(aggregate).camel}`);
    });
  });
}
