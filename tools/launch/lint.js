/**
 * `npm run lint`: eslint over the whole workspace, which is one program to it (tsconfig.lint.json).
 *
 *     npm run lint                 all of it
 *     npm run lint -- libs/broker  what eslint itself takes
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './setup.js';

/** Arguments of Node. */
export const lintArguments = (targets = ['.']) => ['node_modules/eslint/bin/eslint.js', ...targets];

function main(args) {
  const linted = lintArguments(args.length > 0 ? args : undefined);
  return spawnSync(process.execPath, linted, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = main(process.argv.slice(2));
