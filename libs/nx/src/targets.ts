import path from 'node:path';
import { type CreateNodes, type TargetConfiguration } from '@nx/devkit';

export const name = '@headwater/nx';

/** `build`, `typecheck`, `lint` and `test` of every folder with a `tsconfig.json` under apps/ and libs/, so that no project repeats them. */
export const createNodesV2: CreateNodes = [
  '{apps,libs}/*/tsconfig.json',
  (files) =>
    files.map((file) => {
      const project = path.dirname(file);
      return [file, { projects: { [project]: { targets: targetsOf(project) } } }] as const;
    }),
];

function targetsOf(project: string): Record<string, TargetConfiguration> {
  const command = (line: string): TargetConfiguration => ({
    executor: 'nx:run-commands',
    options: { command: line, cwd: '{workspaceRoot}' },
  });
  return {
    build: command(`tsc -b ${project}`),
    typecheck: command(`tsc -p ${project}/tsconfig.spec.json`),
    lint: command(`npm run lint -- ${project}`),
    test: command(`npm test -- ${project}`),
  };
}
