/**
 * `npm run openapi`: writes the OpenAPI document of every service into docs/openapi/. With `--check` it only compares, and
 * fails when a document is stale. A service is an app that has such a document, or is given its name to begin one.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './setup.js';

const folder = path.join(root, 'docs/openapi');

const args = process.argv.slice(2);
const checking = args.includes('--check');
const documented = fs.readdirSync(folder).map((file) => path.basename(file, '.json'));
const services = new Set([...documented, ...args.filter((name) => !name.startsWith('--'))]);

const flag = checking ? '--check-openapi' : '--write-openapi';
let failed = 0;
for (const service of services) {
  const program = path.join(root, 'apps', service, 'dist/main.cjs');
  const { status } = spawnSync(process.execPath, [program, flag, path.join(folder, `${service}.json`)], {
    stdio: 'inherit',
  });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
