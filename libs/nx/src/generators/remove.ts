import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { wordOf } from '../naming/index.ts';
import { dropTopics, removePart, ServiceEditor, unsubscribe } from '../parts/index.ts';
import { type Workspace } from '../workspace/index.ts';
import { generate } from './generate.ts';

export interface RemoveGeneratorOptions {
  /** A service, or a connector; with `service`, a part of that one: its folder under src/, or an event. */
  readonly name: string;
  readonly service?: string;
}

/** Takes away what a generator has added: a service with its topics and events, a part of one, a connector. @throws GeneratorError */
export function removeGenerator(tree: Tree, { name, service }: RemoveGeneratorOptions): Promise<GeneratorCallback> {
  if (service !== undefined)
    return generate(tree, { what: `Removal of ${name} from ${service}`, service }, (workspace) => {
      workspace.service(service);
      removePart(new ServiceEditor(workspace, service), wordOf(name, 'the name of a part'));
    });
  return generate(tree, { what: `Removal of ${name}` }, (workspace) => {
    const connector = `connectors/${name}.yaml`;
    if (workspace.manifestOf(name) === undefined && tree.exists(connector)) tree.delete(connector);
    else removeService(workspace, name);
  });
}

function removeService(workspace: Workspace, name: string): void {
  const { tree } = workspace;
  workspace.service(name);
  const owned = workspace.topics().filter(({ owner }) => owner === name);
  dropTopics(workspace, name, owned);
  for (const topic of workspace.topics()) unsubscribe(workspace, topic, name);
  tree.delete(`apps/${name}`);
  tree.delete(`docs/openapi/${name}.json`);
}
