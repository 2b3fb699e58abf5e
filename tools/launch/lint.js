/**
 * `npm run lint`: oxlint over the whole workspace, its rules in .oxlintrc.json; those that need types read each file with the nearest
 * tsconfig.json that includes it.
 *
 *     npm run lint                        all of it
 *     npm run lint -- libs/broker --fix   what oxlint itself takes
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './setup.js';

/** Arguments of Node. */
export const lintArguments = (args = []) => ['node_modules/oxlint/bin/oxlint', '--deny-warnings', ...args];

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode =
    spawnSync(process.execPath, lintArguments(process.argv.slice(2)), { cwd: root, stdio: 'inherit' }).status ?? 1;
