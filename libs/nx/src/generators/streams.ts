import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { addStreams, ServiceEditor } from '../parts/index.ts';
import { contextOf } from './context.ts';
import { generate } from './generate.ts';

export interface StreamsGeneratorOptions {
  readonly topic: string;
  readonly service: string;
}

/** A streams step of a service over a topic. @throws GeneratorError */
export function streamsGenerator(tree: Tree, { topic, service }: StreamsGeneratorOptions): Promise<GeneratorCallback> {
  return generate(tree, { what: `Streams step over ${topic} in ${service}`, service }, (workspace) => {
    const facts = workspace.service(service);
    addStreams(new ServiceEditor(workspace, service), contextOf(facts), workspace.topic(topic));
  });
}
