/**
 * The Nx plugin of this workspace: every folder with a `tsconfig.json` under apps/ and libs/, and tools/ itself, gets the same
 * four targets, so that no project repeats them.
 */
import path from 'node:path';

export const name = 'headwater-targets';

export const createNodesV2 = [
  '{apps,libs}/*/tsconfig.json',
  (configFiles) =>
    configFiles.map((file) => [
      file,
      { projects: { [path.dirname(file)]: { targets: targetsOf(path.dirname(file)) } } },
    ]),
];

function targetsOf(project) {
  const command = (line) => ({ executor: 'nx:run-commands', options: { command: line, cwd: '{workspaceRoot}' } });
  return {
    build: command(`tsc -b ${project}`),
    typecheck: command(`tsc -p ${project}/tsconfig.spec.json`),
    lint: command(`eslint ${project}`),
    test: command(`node tools/launch/test.js ${project}`),
  };
}
