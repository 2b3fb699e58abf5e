/**
 * The Nx plugin of this workspace: every folder with a `tsconfig.json` under apps/ and libs/, and tools/ itself, gets the same
 * four targets, so that no project repeats them. One with a `rolldown.config.js` is bundled, too.
 */
import fs from 'node:fs';
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
  const compile = `tsc -b ${project}`;
  return {
    build: command(isBundled(project) ? `${compile} && rolldown --config ${project}/rolldown.config.js` : compile),
    typecheck: command(`tsc -p ${project}/tsconfig.spec.json`),
    lint: command(`npm run lint -- ${project}`),
    test: command(`node tools/launch/test.js ${project}`),
  };
}

function isBundled(project) {
  return fs.existsSync(path.join(import.meta.dirname, '../..', project, 'rolldown.config.js'));
}
