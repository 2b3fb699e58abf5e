/**
 * Whether a packed package works for who installs it: its entries and programs are there, its types too, and it imports nothing that
 * it neither holds nor declares.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { readManifest, type Manifest } from './publishable.ts';

/** Of development: they help nobody who installs the package. */
const unwanted = /^(dist|src)\/.*\.(spec|fixture|arbitrary)\.[a-z.]+$|^(fixtures|node_modules)\/|\.tsbuildinfo$/;

/**
 * @param folder of the staged package
 * @param files what npm packs of it, from the folder
 * @returns one line for each problem; none when all is well
 */
export function checkStage(folder: string, files: readonly string[]): string[] {
  const manifest = readManifest(folder);
  const held = new Set(files);
  return [
    ...['README.md', 'CHANGELOG.md', 'LICENSE'].filter((file) => !held.has(file)).map((file) => `has no ${file}`),
    ...['description', 'license', 'engines', 'files']
      .filter((field) => !(field in manifest))
      .map((field) => `says no ${field} in package.json`),
    ...files.filter((file) => unwanted.test(file)).map((file) => `must not hold ${file}`),
    ...missingEntries(manifest, held),
    ...programsWithoutShebang(folder, manifest, held),
    ...files.flatMap((file) => wrongImports(folder, manifest, file, held)),
  ].map((problem) => `${manifest.name} ${problem}`);
}

const inPackage = (target: string): string => path.posix.normalize(target);

function missingEntries({ exports = {}, bin = {} }: Manifest, held: ReadonlySet<string>): string[] {
  const targets = Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string') return [[entry, target] as const];
    const conditions = Object.keys(target);
    if (conditions[0] !== 'types') return [[`${entry}, whose types must come first,`, ''] as const];
    return Object.values(target).map((file) => [entry, file] as const);
  });
  return [...targets, ...Object.entries(bin)]
    .filter(([, file]) => !held.has(inPackage(file)))
    .map(([entry, file]) => `has no ${file} for ${entry}`);
}

function programsWithoutShebang(folder: string, { bin = {} }: Manifest, held: ReadonlySet<string>): string[] {
  return Object.values(bin)
    .filter((file) => held.has(inPackage(file)))
    .filter((file) => !readFileSync(path.join(folder, file), 'utf8').startsWith('#!/usr/bin/env node\n'))
    .map((file) => `has the program ${file} without #!/usr/bin/env node`);
}

/** Compiled code and its types: sources are for maps only. */
const runs = /^dist\/.*\.(js|cjs|d\.ts)$/;

function wrongImports(folder: string, manifest: Manifest, file: string, held: ReadonlySet<string>): string[] {
  if (!runs.test(file)) return [];
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(folder, file), 'utf8'), true, true);
  return importedFiles.flatMap(({ fileName: specifier }) => {
    if (specifier.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const compiled = file.endsWith('.d.ts') ? target.replace(/\.[cm]?[jt]s$/, '.d.ts') : target;
      return held.has(compiled) ? [] : [`imports ${specifier} in ${file}, which it does not hold`];
    }
    return isDeclared(manifest, specifier) ? [] : [`imports ${specifier} in ${file} and does not depend on it`];
  });
}

/** What a bundled package asks of an AMD loader, if there is one: no package (AMD specification, define). */
const ofLoader: ReadonlySet<string> = new Set(['require', 'exports', 'module']);

function isDeclared({ name, dependencies, peerDependencies }: Manifest, specifier: string): boolean {
  if (isBuiltin(specifier) || ofLoader.has(specifier)) return true;
  const packageName = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return packageName === name || packageName in { ...dependencies, ...peerDependencies };
}
