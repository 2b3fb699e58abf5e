/**
 * `npm run lint`: eslint over the whole workspace, in parts one after another. In one process the types of all projects, and of what
 * they import, need more memory than Node's default heap.
 *
 *     npm run lint                 all of it
 *     npm run lint -- libs/broker  what eslint itself takes
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.js';

const eslint = 'node_modules/eslint/bin/eslint.js';

/** Services are checked so many at a time; the two that stand on most libraries alone. */
const servicesTogether = 5;
const alone = ['connect', 'console'];

/** Arguments of Node for each part. */
export const lintParts = [
  [eslint, 'libs'],
  ...alone.map((name) => [eslint, `apps/${name}`]),
  ...groupsOf(otherServices(), servicesTogether).map((group) => [eslint, ...group]),
  [eslint, '.', '--ignore-pattern', 'libs/', '--ignore-pattern', 'apps/'],
];

function otherServices() {
  const names = readdirSync(path.join(root, 'apps')).filter((name) => !alone.includes(name));
  return names.map((name) => `apps/${name}`);
}

function groupsOf(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function main(args) {
  const parts = args.length > 0 ? [[eslint, ...args]] : lintParts;
  const codes = parts.map((part) => spawnSync(process.execPath, part, { cwd: root, stdio: 'inherit' }).status ?? 1);
  return Math.max(...codes);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = main(process.argv.slice(2));
