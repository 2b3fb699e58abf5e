/**
 * Packages that no bundle holds: native code, and code that reads files beside itself. Who copies a program copies them with it.
 */
import fs from 'node:fs';
import path from 'node:path';

export const packagesOutside = [
  '@duckdb/node-api',
  '@node-rs/crc32',
  '@platformatic/wasm-utils',
  'lz4-napi',
  'snappy',
  'swagger-ui-dist',
];

/** The folders of some packages and of all that they need, where npm has laid them flat in `root`. */
export function foldersOf(root, names) {
  const folders = new Set();
  const add = (name) => {
    const folder = path.join('node_modules', name);
    const manifest = path.join(root, folder, 'package.json');
    if (folders.has(folder) || !fs.existsSync(manifest)) return;
    folders.add(folder);
    const { dependencies, optionalDependencies } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) add(needed);
  };
  for (const name of names) add(name);
  return [...folders];
}
