/**
 * Copies what runs in the image to a folder: the bundles, the page, the connectors and queries, and the packages that no bundle holds.
 *
 *     node docker/collect.js <folder>
 */
import fs from 'node:fs';
import path from 'node:path';
import { foldersOf, packagesOutside } from '../tools/launch/packages-outside.js';
import { root } from '../tools/launch/setup.js';

const forReading = /\.(?:d\.[cm]?ts|map|md)$/;

const bundles = fs.globSync(['dist/programs/*.cjs', 'apps/*/dist/**/*.cjs', 'apps/*/package.json'], { cwd: root });
const folders = ['apps/console/dist/page', 'connectors', 'queries'];
const scripts = ['package.json', 'docker/healthy.sh', 'docker/create-databases.js'];
const packages = foldersOf(root, [...packagesOutside, 'pg']);

const [folder] = process.argv.slice(2);
for (const each of [...bundles, ...folders, ...scripts, ...packages])
  fs.cpSync(path.join(root, each), path.join(folder, each), {
    recursive: true,
    filter: (source) => !forReading.test(source),
  });
