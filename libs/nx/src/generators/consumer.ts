import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { addConsumer, ServiceEditor } from '../parts/index.ts';
import { generate } from './generate.ts';

export interface ConsumerGeneratorOptions {
  readonly topic: string;
  readonly service: string;
}

/** A subscription of a service to a topic. @throws GeneratorError */
export function consumerGenerator(
  tree: Tree,
  { topic, service }: ConsumerGeneratorOptions,
): Promise<GeneratorCallback> {
  return generate(tree, { what: `Consumer of ${topic} in ${service}`, service }, (workspace) => {
    workspace.service(service);
    addConsumer(new ServiceEditor(workspace, service), workspace.topic(topic));
  });
}
